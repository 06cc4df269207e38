"""A page that waits becomes what the order became: by script, and without any."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.shop import DECLINED, GOOD, IBAN_GOOD, MUG, Shop
from tests.pages.conftest import Snap
from tests.support.browser import Complaints

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], scope="module")


def choose(page: Page, shop: Shop) -> None:
    page.goto(shop.service.url)
    page.get_by_role("article", name="Poster").get_by_role("button").click()
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")


def pay(page: Page, number: str) -> None:
    for name, value in (("number", number), ("expiry", "12 / 34"), ("cvc", "123")):
        page.fill(f"input[name={name}]", value)
    page.fill("input[name=email]", "buyer@example.com")
    page.click("#submit")


def sees(page: Page, state: str) -> None:
    expect(page.locator("main")).to_have_attribute("data-state", state, timeout=20_000)


def test_the_whole_way_through_a_decline_to_paid(
    shop: Shop, page: Page, complaints: Complaints, snap: Snap
) -> None:
    complaints.expected.append("status of 402")
    choose(page, shop)
    pay(page, DECLINED)
    expect(page.get_by_text("declined").first).to_be_visible()
    snap(page, "declined")

    pay(page, GOOD)

    sees(page, "paid")
    session = page.url.rsplit("session_id=", 1)[-1]
    shop.fulfils_once(session)


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


def test_the_bookmark_and_the_return_page_turn_paid_together(shop: Shop, page: Page) -> None:
    session = shop.open(MUG)
    shop.pays(session["id"], IBAN_GOOD)
    bookmark = page.context.new_page()
    page.goto(f"{shop.service.url}/checkout/success?session_id={session['id']}")
    bookmark.goto(f"{shop.service.url}/orders/{session['order']['id']}")
    sees(page, "processing")
    sees(bookmark, "processing")

    shop.settles(session["id"], "succeeded")

    page.bring_to_front()
    sees(page, "paid")
    bookmark.bring_to_front()
    sees(bookmark, "paid")
    shop.fulfils_once(session["id"])
