"""The desk on a phone and by keyboard: one row of navigation, nothing that scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.pages.test_admin_pages import every_path, sign_in
from tests.support.admin import a_busy_shop, add_order, admin_app, database_of
from tests.support.served import served

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PHONE = ViewportSize(width=360, height=740)
WIDE = ViewportSize(width=1280, height=740)
SIDEWAYS = """() => [...document.querySelectorAll(".scroll")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.getAttribute("aria-label") || one.getAttribute("aria-labelledby"))"""
LOOKS_PRESSED = """() => [...document.querySelectorAll("[role=button]")].length"""


@pytest.fixture
def desk(database_url: str, page: Page) -> Iterator[tuple[str, Flask, str]]:
    with served(lambda url: admin_app(database_url, public_base_url=url)) as (url, app):
        order_id = a_busy_shop(app)
        add_order(
            app, amount_paid=6039, holds="refunded_before_fulfilment", has_more=True,
            client_reference_id="ref_PiNaMMfexMn4Odn3RBSuaJ2T",
        )  # fmt: skip
        sign_in(page, url)
        yield url, app, order_id
    database_of(app).engine.dispose()


def test_no_table_scrolls_sideways_and_no_link_says_it_is_a_button(
    desk: tuple[str, Flask, str], page: Page
) -> None:
    url, app, order_id = desk
    page.set_viewport_size({"width": 320, "height": 740})
    for name, path in every_path(app, order_id).items():
        page.goto(url + path)
        for one in page.locator("main summary").all():
            one.click()
        assert page.evaluate(SIDEWAYS) == [], name
        assert page.evaluate(LOOKS_PRESSED) == 0, name  # such a link would be deaf to Space


def test_the_navigation_is_one_row_until_it_is_opened_by_keyboard(
    desk: tuple[str, Flask, str], page: Page
) -> None:
    url, _app, _order = desk
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/admin/orders")
    header, links = (
        page.locator("header.site .container"),
        page.get_by_role("navigation").filter(has=page.get_by_role("link", name="Quarantine")),
    )
    box = header.bounding_box()
    assert box
    assert box["height"] < 80
    expect(links).to_have_count(0)
    page.locator("summary").first.focus()
    assert re.fullmatch(r"Menu\s+8\s+to do", page.locator("summary").first.inner_text().strip())

    page.keyboard.press("Space")

    expect(links).to_have_count(1)
    expect(links.get_by_role("link", name="Quarantine 3")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    seen = Axe().run(page)
    assert seen.violations_count == 0, seen.generate_report()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Holds 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Holds")
    expect(links).to_have_count(0)


def test_a_wide_screen_has_all_places_in_sight_and_no_menu(
    desk: tuple[str, Flask, str], page: Page
) -> None:
    url, _app, _order = desk
    page.set_viewport_size(WIDE)
    page.goto(f"{url}/admin/orders")

    expect(page.get_by_role("link", name="Quarantine 3")).to_have_count(1)
    expect(page.get_by_text("Menu", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(1)


def test_at_a_desk_an_address_stays_whole_beside_long_names(
    desk: tuple[str, Flask, str], page: Page
) -> None:
    url, app, _order = desk
    add_order(
        app, customer_email="johanna.mustermann@example.com", has_more=True,
        name="A poster of the whole coast, printed by hand on paper of cotton",
        holds="refunded_before_fulfilment",
    )  # fmt: skip
    page.set_viewport_size(WIDE)
    page.goto(f"{url}/admin/orders")

    lines = page.get_by_text("johanna.mustermann@example.com").evaluate(
        "one => { const all = document.createRange(); all.selectNodeContents(one);"
        " return new Set([...all.getClientRects()].map(box => Math.round(box.top))).size }"
    )
    assert lines == 1
    assert page.evaluate(SIDEWAYS) == []
    assert page.evaluate(LONG_OPTION) <= 280  # a long name does not take the filters' row


LONG_OPTION = """() => { const one = document.querySelector("select[name=product]");
  one.add(new Option("A poster of the whole coast, ".repeat(6)));
  return one.getBoundingClientRect().width }"""
