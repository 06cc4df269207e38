"""Two purchases of somebody who has never been here and has no mouse; the way is not long."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.browser import Complaints
from tests.support.keyboard import Keyboard
from tests.support.running_shop import DECLINED, GOOD, Shop

MOST = 24  # keys that only look for the way: more would be a way that nobody finds
CARD = {"number": GOOD, "expiry": "12 / 34", "cvc": "123"}


def opens(page: Page, shop: Shop) -> Keyboard:
    """Open the shop; the first key leads past the head of the page."""
    page.goto(shop.service.url)
    keys = Keyboard(page)
    keys.tab_to(".skip")
    keys.press("Enter")
    return keys


def pays(page: Page, keys: Keyboard, shop: Shop, **fields: str) -> None:
    """Fill in Stripe's page from the top and press its button."""
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")
    for name, text in fields.items():
        keys.tab_to(f"input[name={name}]")
        page.keyboard.press("ControlOrMeta+A")
        keys.types(text)
    keys.tab_to("#submit")
    keys.press("Enter")


def test_two_posters_are_bought_from_the_first_page_on(shop: Shop, page: Page) -> None:
    keys = opens(page, shop)
    keys.tab_to("input[name=quantity]")
    keys.press("ArrowUp")
    keys.tab_to("button[type=submit]")
    keys.press("Enter")
    pays(page, keys, shop, email="buyer@example.com", **CARD)

    expect(page.locator("main")).to_have_attribute("data-state", "paid")
    expect(page.locator(".total td")).to_have_text("$50.00")
    keys.tab_to(".papers a")
    assert keys.presses <= MOST


def test_a_cart_is_changed_and_paid_by_another_card_after_a_refusal(
    shop: Shop, page: Page, complaints: Complaints
) -> None:
    complaints.expected.append("status of 402")
    keys = opens(page, shop)
    keys.tab_to("input.plain")
    keys.press("Enter")
    page.wait_for_url("**/cart")
    keys.tab_to("input[name=quantity]")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.tab_to(".choices button[formaction]")
    keys.press("Enter")
    pays(page, keys, shop, email="buyer@example.com", **CARD | {"number": DECLINED})
    expect(page.get_by_text("declined").first).to_be_visible()
    pays(page, keys, shop, **CARD)

    expect(page.locator("main")).to_have_attribute("data-state", "paid")
    expect(page.locator(".total td")).to_have_text("$75.00")
    expect(page.locator(".cart-link")).to_have_count(0)
    keys.tab_to(".papers a")
    assert keys.presses <= 2 * MOST
