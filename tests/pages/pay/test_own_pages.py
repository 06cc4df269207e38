"""Checkout Sessions on pages of our own, in a real browser, against the sandbox's stand-in."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from tests.support.browser import Complaints, Look
from tests.support.running_shop import ASKS, DECLINED, GOOD, IBAN_GOOD, Shop

from .conftest import Payer

REFUSED = "status of 402"
POSTER, MUG = "price=poster-usd&quantity=2", "price=mug-eur&quantity=1"


class AtSession(Payer):
    """Somebody at one of the three pages."""

    def __init__(self, page: Page, shop: Shop, ui: str) -> None:
        super().__init__(page, shop)
        self.ui = ui

    @property
    def form(self) -> FrameLocator:
        title = "Checkout" if self.ui == "embedded" else "Secure payment input frame"
        return self.page.frame_locator(f'iframe[title="{title}"]')

    def opens(self, choice: str = POSTER) -> None:
        self.page.goto(f"{self.url}/pay?ui={self.ui}&{choice}")
        self.is_ready()

    def is_ready(self) -> None:
        expect(self.form.locator("input[name=number]")).to_be_visible()
        expect(self.page.locator("#loading")).to_be_hidden()

    def types_email(self) -> None:
        field = self.page.locator("#email input") if self.ui == "elements" else None
        (field or self.form.locator("input[name=email]")).fill("buyer@example.com")

    def presses(self) -> None:
        if self.ui == "elements":
            self.page.click("#submit")
        else:
            self.form.locator("#pay" if self.ui == "form" else "#submit").click()

    def pays_with(self, card: str) -> None:
        self.types_email()
        self.types_card(card)
        self.presses()

    def sessions(self, order: str) -> list[Any]:
        """List the sessions at Stripe that name an order."""
        listed = self.shop.stripe("/v1/checkout/sessions", limit=100)["data"]
        return [one for one in listed if one["metadata"].get("order_id") == order]


@pytest.fixture
def at(page: Page, shop: Shop) -> Any:
    return lambda ui: AtSession(page, shop, ui)


@pytest.mark.parametrize("ui", ["elements", "form", "embedded"])
def test_a_declined_card_is_told_and_another_pays_the_same_session(
    at: Any, complaints: Complaints, ui: str
) -> None:
    complaints.expected.append(REFUSED)
    buyer = at(ui)
    buyer.opens()
    order = buyer.order
    buyer.pays_with(DECLINED)
    told = buyer.form.locator("#error") if ui == "embedded" else buyer.page.locator("#fault")
    expect(told).to_contain_text("declined")

    buyer.pays_with(GOOD)

    buyer.sees("paid")
    assert "secret" not in buyer.page.url
    assert len(buyer.sessions(order)) == 1
    buyer.fulfilled_once(order)


def test_the_bank_sends_the_buyer_back_to_the_orders_page(at: Any) -> None:
    buyer = at("form")
    buyer.opens()
    order = buyer.order
    buyer.pays_with(ASKS)
    buyer.page.click("#pass")

    buyer.sees("paid")
    buyer.fulfilled_once(order)


def test_a_debit_by_elements_is_on_its_way_until_its_end_is_told(at: Any) -> None:
    buyer = at("elements")
    buyer.opens(MUG)
    order = buyer.order
    buyer.types_email()
    buyer.types_iban(IBAN_GOOD)
    buyer.presses()
    buyer.sees("processing")

    buyer.shop.settles(buyer.sessions(order)[0]["id"], "succeeded")

    buyer.sees("paid")


def test_two_tabs_and_a_reload_pay_once(
    at: Any, context: BrowserContext, shop: Shop, complaints: Complaints
) -> None:
    complaints.expected.append("status of 400")
    buyer = at("elements")
    buyer.opens()
    order = buyer.order
    buyer.page.reload()
    buyer.is_ready()
    assert buyer.order == order
    other = AtSession(context.new_page(), shop, "elements")
    other.opens(f"order={order}")
    other.types_email()
    other.types_card(GOOD)
    buyer.pays_with(GOOD)
    buyer.sees("paid")

    other.presses()

    other.sees("paid")
    assert len(buyer.sessions(order)) == 1
    buyer.fulfilled_once(order)


@pytest.mark.parametrize("ui", ["elements", "form", "embedded"])
def test_each_page_is_accessible_and_fits(shop: Shop, look: Look, ui: str) -> None:
    shown = "iframe[style*=height]:not([style*='height: 1px'])"
    look(f"pay-{ui}", f"{shop.service.url}/pay?ui={ui}&{POSTER}", ready=shown)


def test_items_that_change_while_the_page_is_open_are_seen_before_they_are_paid(
    at: Any, complaints: Complaints
) -> None:
    complaints.expected.append("status of 400")
    buyer = at("elements")
    buyer.opens()
    order = buyer.order
    (session,) = buyer.sessions(order)
    buyer.types_email()
    buyer.types_card(GOOD)
    three = {"items": [{"price": "poster-usd", "quantity": 3}]}
    path = f"/api/v1/checkout-sessions/{session['id']}/items"
    assert buyer.shop.request("PUT", path, json=three).status_code == 200

    buyer.presses()
    buyer.is_told("has changed")
    expect(buyer.page.locator(".total td")).to_have_text("$75.00")
    expect(buyer.page.locator("#submit")).to_have_text("Pay $75.00")
    buyer.presses()

    buyer.sees("paid")
    buyer.fulfilled_once(order)
