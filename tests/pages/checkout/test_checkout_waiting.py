"""The whole way without any script; with one, it is told in tests/web/test_browser.py."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.support.running_shop import GOOD, IBAN_GOOD, MUG, Shop


def choose(page: Page, shop: Shop) -> None:
    page.goto(shop.service.url)
    page.get_by_role("article", name="Poster").get_by_role("button", name="Buy").click()
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")


def pay(page: Page, number: str) -> None:
    for name, value in (("number", number), ("expiry", "12 / 34"), ("cvc", "123")):
        page.fill(f"input[name={name}]", value)
    page.fill("input[name=email]", "buyer@example.com")
    page.click("#submit")


def sees(page: Page, state: str) -> None:
    expect(page.locator("main")).to_have_attribute("data-state", state)


def test_without_javascript_the_whole_way_works_and_the_page_turns_paid(
    shop: Shop, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    session = shop.open(MUG)["id"]
    shop.pays(session, IBAN_GOOD)
    page.goto(f"{shop.service.url}/checkout/success?session_id={session}")
    sees(page, "processing")

    shop.settles(session, "succeeded")

    sees(page, "paid")
    choose(page, shop)
    pay(page, GOOD)
    sees(page, "paid")
    context.close()
