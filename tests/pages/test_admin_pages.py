"""The admin in a real browser: every page is clean for axe, fits a phone, works by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.support.admin import a_busy_shop, admin_app, database_of
from tests.support.browser import Complaints, Look
from tests.support.databases import PASSWORD
from tests.support.served import served

ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def admin(database_url: str) -> Iterator[tuple[str, Flask]]:
    with served(lambda url: admin_app(database_url, public_base_url=url)) as (url, app):
        yield url, app
    database_of(app).engine.dispose()


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def faults(page: Page) -> list[Any]:
    found = Axe().run(page).response["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found]


def every_path(app: Flask, order_id: str) -> dict[str, str]:
    cases = app.extensions["checkout_service"]
    event = cases.read_events.page(order_id=order_id).events[0].id
    message = cases.read_messages.page(order_id=order_id).messages[0].id
    lists = (
        "orders", "holds", "disputes", "authorisations", "quarantine", "events", "messages",
        "audit", "system",
    )  # fmt: skip
    paths = {name: f"/admin/{name}" for name in lists}
    aside = {item.kind: item.id for item in cases.quarantine.list()}
    return paths | {
        "unknown": f"/admin/orders/{aside['order']}",
        "retry": f"/admin/quarantine/{aside['money_write']}/retry",
        "overview": "/admin/",
        "day": "/admin/day",
        "held": "/admin/orders?status=held",
        "order": f"/admin/orders/{order_id}",
        "event": f"/admin/events/{event}",
        "message": f"/admin/messages/{message}",
        "ship": f"/admin/orders/{order_id}/ship",
        "note": f"/admin/orders/{order_id}/note",
        "refund": f"/admin/orders/{order_id}/refund",
        "release": f"/admin/orders/{order_id}/release",
    }


@ONE_KIND
def test_every_page_is_clean_for_axe_and_fits_a_phone(
    admin: tuple[str, Flask], page: Page, look: Look
) -> None:
    url, app = admin
    order_id = a_busy_shop(app)
    look("admin", f"{url}/admin/")
    sign_in(page, url)
    look.takes(page.context.cookies())
    for name, path in every_path(app, order_id).items():
        look(f"admin-{name}", url + path)


@ONE_KIND
def test_the_bars_are_drawn_with_and_without_javascript(
    admin: tuple[str, Flask], page: Page, browser: Browser
) -> None:
    url, app = admin
    a_busy_shop(app)
    sign_in(page, url)
    expect(page.locator("figure.chart canvas").first).to_be_visible()
    expect(page.locator("figure.chart svg")).to_have_count(0)
    drawn = page.evaluate(
        "Object.values(Chart.instances)"
        ".flatMap(c => c.data.datasets.flatMap(each => each.data.map(Number)))"
    )
    said = page.locator("figure.chart td").evaluate_all("all => all.map(td => td.dataset.amount)")
    assert sorted(map(str, drawn)) == sorted(said)

    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    simple = plain.new_page()
    simple.goto(f"{url}/admin/")
    expect(simple.locator("figure.chart svg rect").first).to_be_visible()
    plain.close()


@ONE_KIND
def test_a_hold_is_released_by_keyboard_alone(admin: tuple[str, Flask], page: Page) -> None:
    url, app = admin
    order_id = a_busy_shop(app)
    sign_in(page, url)
    page.goto(f"{url}/admin/orders/{order_id}")
    press_through(page, "Release amount mismatch")
    expect(page.get_by_role("heading", level=1)).to_have_text("Release the hold")
    press_through(page, "Release")
    expect(page.get_by_role("status")).to_contain_text("is released")
    view = app.extensions["checkout_service"].read_orders.view(order_id)
    assert view.holds == ("wrong_reference",)


def press_through(page: Page, name: str) -> None:
    """Walk by Tab until this link or button has the focus, and press Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached by keyboard")


@ONE_KIND
def test_a_wrong_password_says_so_and_signing_out_closes_the_door(
    admin: tuple[str, Flask], page: Page, complaints: Complaints
) -> None:
    url, _app = admin
    complaints.expected.append("status of 401")
    page.goto(f"{url}/admin/login")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("did not work")
    assert faults(page) == []
    sign_in(page, url)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto(f"{url}/admin/orders")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
