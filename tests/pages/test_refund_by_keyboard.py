"""Half an order given back without a mouse: typed, looked at once more, done."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.running_shop import POSTER, Shop
from tests.support.service import ADMIN_PASSWORD


def tab_to(page: Page, css: str) -> None:
    """Walk by Tab until what has the focus is this."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
    raise AssertionError(f"{css} is not reached by keyboard")


def test_half_an_order_is_refunded_by_keyboard_alone(shop: Shop, page: Page) -> None:
    opened = shop.open(POSTER)
    shop.pays(opened["id"])
    shop.success_page(opened["id"])
    page.goto(f"{shop.service.url}/admin/login")
    page.get_by_label("Password").focus()
    page.keyboard.type(ADMIN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    page.goto(f"{shop.service.url}/admin/orders/{opened['order']['id']}")
    tab_to(page, "a[href$='/refund']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Refund")
    tab_to(page, "input[name=what]")
    page.keyboard.press("ArrowUp")  # from the first choice to the last: another amount
    tab_to(page, "input[name=amount]")
    page.keyboard.type("25,00")
    tab_to(page, "button[type=submit]:not(header *)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("$25.00 goes back to the buyer")
    tab_to(page, "button[type=submit]:not(header *)")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("of $25.00 is back with the buyer")
    answer = shop.confirm(opened["id"])
    assert answer["order"]["amount_refunded"] == 2500
