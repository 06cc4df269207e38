"""The page with the payment form in every look, and the pages it leads to."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.browser import Complaints, Look, Snap
from tests.support.running_shop import DECLINED, IBAN_GOOD

from .conftest import Payer


def test_the_form_is_accessible_and_fits(payer: Payer, look: Look) -> None:
    look("pay", f"{payer.url}/pay?price=poster-usd&quantity=2", ready="#submit:enabled")


def test_the_pages_after_it_are_accessible(payer: Payer, look: Look) -> None:
    payer.opens("price=mug-eur")
    look("pay-unpaid", f"{payer.url}/orders/{payer.order}")
    payer.types_iban(IBAN_GOOD)
    payer.presses()
    payer.sees("processing")
    look("pay-processing", payer.page.url)


def test_what_cannot_be_bought_is_said_so(payer: Payer, look: Look, complaints: Complaints) -> None:
    complaints.expected.append("status of 422")
    look("pay-unknown", f"{payer.url}/pay?price=gone")


def test_a_decline_is_seen(payer: Payer, page: Page, snap: Snap, complaints: Complaints) -> None:
    complaints.expected.append("status of 402")
    page.set_viewport_size({"width": 360, "height": 740})
    payer.opens()
    payer.types_card(DECLINED)
    payer.presses()
    payer.is_told("declined")
    snap(page, "pay-declined-light-360")
