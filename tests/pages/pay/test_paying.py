"""The page with Stripe's Payment Element in a real browser, against the sandbox's stand-in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Complaints
from tests.support.running_shop import ASKS, DECLINED, GOOD, IBAN_BAD, IBAN_GOOD

from .conftest import Payer

REFUSED = "status of 402"
MUG = "price=mug-eur&quantity=1"


def test_a_card_pays_and_the_return_page_keeps_no_secret(payer: Payer) -> None:
    payer.opens()
    order = payer.order
    expect(payer.page.locator(".total td")).to_have_text("$50.00")
    expect(payer.page.locator("#submit")).to_have_text("Pay $50.00")
    payer.types_card(GOOD)
    payer.presses()

    payer.sees("paid")
    assert re.fullmatch(
        re.escape(payer.url) + r"/pay/complete\?payment_intent=pi_\w+", payer.page.url
    )
    payer.page.go_back()
    assert "secret" not in payer.page.url
    payer.fulfilled_once(order)


def test_a_declined_card_is_told_and_another_pays_the_same_intent(
    payer: Payer, complaints: Complaints
) -> None:
    complaints.expected.append(REFUSED)
    payer.opens()
    order = payer.order
    payer.types_card(DECLINED)
    payer.page.focus("#submit")
    payer.page.keyboard.press("Enter")
    payer.is_told("declined")
    expect(payer.page.locator("#submit")).to_be_focused()
    expect(payer.page.locator("#fault")).to_have_attribute("role", "alert")
    assert payer.shop.state(f"/orders/{order}") == "unpaid"

    payer.types_card(GOOD)
    payer.presses()

    payer.sees("paid")
    assert len(payer.intents(order)) == 1
    payer.fulfilled_once(order)


def test_an_incomplete_card_moves_no_money(payer: Payer) -> None:
    payer.opens()
    payer.presses()

    payer.is_told("incomplete")
    expect(payer.page.locator("#submit")).to_be_enabled()


def test_the_bank_asks_and_is_convinced(payer: Payer) -> None:
    payer.opens()
    order = payer.order
    payer.types_card(ASKS)
    payer.presses()
    payer.page.click("#pass")

    payer.sees("paid")
    payer.fulfilled_once(order)


def test_the_bank_is_not_convinced_and_another_card_pays(payer: Payer) -> None:
    payer.opens()
    order = payer.order
    payer.types_card(ASKS)
    payer.presses()
    payer.page.click("#fail")
    payer.sees("unpaid")

    payer.page.get_by_role("link", name="Pay now").click()
    payer.is_ready()
    payer.types_card(GOOD)
    payer.presses()

    payer.sees("paid")
    assert len(payer.intents(order)) == 1
    payer.fulfilled_once(order)


def test_whoever_turns_back_from_the_bank_pays_with_another_card(payer: Payer) -> None:
    payer.opens()
    order = payer.order
    payer.types_card(ASKS)
    payer.presses()
    expect(payer.page.locator("#pass")).to_be_visible()

    payer.page.go_back()
    payer.is_ready()
    expect(payer.page.locator("#submit")).to_have_text("Pay $50.00")
    payer.types_card(GOOD)
    payer.presses()

    payer.sees("paid")
    assert len(payer.intents(order)) == 1
    payer.fulfilled_once(order)


@pytest.mark.parametrize(
    ("iban", "outcome", "state"),
    [(IBAN_GOOD, "succeeded", "paid"), (IBAN_BAD, "failed", "failed")],
)
def test_a_debit_is_on_its_way_until_its_end_is_told(
    payer: Payer, iban: str, outcome: str, state: str
) -> None:
    payer.opens(MUG)
    order = payer.order
    payer.types_iban(iban)
    payer.presses()
    payer.sees("processing")
    assert payer.page.locator("main a.button").count() == 0

    (intent,) = payer.intents(order)
    payer.shop.sandbox.call("POST", f"payment_intents/{intent}/settle", {"outcome": outcome})

    payer.sees(state)
    if state == "failed":
        payer.page.get_by_role("link", name="Try again").click()
        payer.is_ready()
        payer.types_card(GOOD)
        payer.presses()
        payer.sees("paid")
        assert payer.intents(order) == [intent]


def test_without_stripes_script_the_page_says_so(payer: Payer, complaints: Complaints) -> None:
    complaints.expected.append("net::ERR")
    payer.page.route("**/stripe.js", lambda route: route.abort("connectionrefused"))
    payer.page.goto(f"{payer.url}/pay?price=poster-usd&quantity=1")

    payer.is_told("could not be loaded")


def test_without_javascript_stripes_own_page_is_offered(payer: Payer, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page: Page = context.new_page()
    page.goto(f"{payer.url}/pay?price=poster-usd&quantity=1")
    page.get_by_role("button", name="Pay on Stripe's page").click()

    page.wait_for_url(f"{payer.shop.sandbox.url}/c/pay/**")
    context.close()


def test_a_paid_order_shows_no_form(payer: Payer) -> None:
    payer.opens()
    order = payer.order
    payer.types_card(GOOD)
    payer.presses()
    payer.sees("paid")

    payer.page.goto(f"{payer.url}/pay?order={order}")

    payer.sees("paid")
    assert payer.page.url == f"{payer.url}/orders/{order}"
