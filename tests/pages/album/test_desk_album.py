"""The desk, in English: each list filled and empty, an order in every state, every act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.pages.album.catalog import PAPER
from tests.pages.album.conftest import Open
from tests.pages.album.test_order_album import ADDRESS, STATES, ships
from tests.support.admin import a_busy_shop, admin_app
from tests.support.album import Album, opened_album, sends
from tests.support.browser import Complaints, Snap
from tests.support.databases import PASSWORD
from tests.support.served import served
from tests.web import standings as reach

ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"])
BUYERS = ("Jörg Müller-Lüdenscheidt", "山田 太郎", "محمد عبد الله")
# The forms of an order in this state, or what stands in their place.
ACTS_OF = {"disputed": ("refund",), "refunded": ("refund",), "pending": ("cancel", "refund")}
LISTS = (
    "orders", "holds", "disputes", "authorisations", "quarantine", "events", "messages", "audit",
    "system", "day",
)  # fmt: skip


@pytest.fixture
def desk(browser: Browser, complaints: Complaints, snap: Snap, *, full: bool) -> Iterator[Album]:
    complaints.expected += [f"status of {code}" for code in (401, 403, 404, 422)]
    with opened_album(browser, complaints, snap, full=full, languages=("en",)) as opened:
        yield opened


@contextmanager
def busy(database_url: str) -> Iterator[tuple[str, Flask]]:
    """Serve the desk over a month of rows with trouble of every kind."""
    with served(lambda url: admin_app(database_url, public_base_url=url)) as (url, app):
        yield url, app


def sign_in(album: Album, url: str) -> list[object]:
    """Sign in by the form; return the cookies."""
    (page,) = album.pages.values()
    page.goto(f"{url}/admin/login")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    return list(page.context.cookies())


def presses(button: str, **fields: str) -> Callable[[Page], None]:
    """Return what fills in fields by their CSS and presses a button."""

    def act(page: Page) -> None:
        for css, value in fields.items():
            field = page.locator(f"main [name={css}]")
            if field.first.get_attribute("type") == "radio":
                page.locator(f"main [name={css}][value={value}]").check()
            else:
                field.fill(value)
        page.locator("main").get_by_role("button", name=button).click()

    return act


def opens_menu(page: Page) -> None:
    """Open the navigation of a phone."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("header summary").click()


def opens_all(page: Page) -> None:
    """Open whatever can be opened on a page."""
    for one in page.locator("main summary").all():
        one.click()


@ONE_KIND
def test_the_lists_read_well_empty(desk: Album, database_url: str) -> None:
    with busy(database_url) as (url, _app):
        desk.shows("desk-login", f"{url}/admin/login")
        wrong = presses("Sign in", password="wrong")
        desk.shows("desk-login-refused", f"{url}/admin/login", then=wrong)
        cookies = sign_in(desk, url)
        for name in ("", *LISTS):
            where = name or "overview"
            desk.shows(f"desk-empty-{where}", f"{url}/admin/{name}", cookies=cookies)
        desk.shows("desk-404", f"{url}/admin/orders/ord_nothing", cookies=cookies)
        desk.shows("desk-403", f"{url}/admin/", cookies=cookies, then=sends(f"{url}/admin/logout"))


@ONE_KIND
def test_the_lists_read_well_full(desk: Album, database_url: str) -> None:
    with busy(database_url) as (url, app):
        order = a_busy_shop(app)
        cookies = sign_in(desk, url)
        for name in ("", *LISTS):
            where = name or "overview"
            desk.shows(f"desk-{where}", f"{url}/admin/{name}", cookies=cookies)
        desk.shows("desk-menu", f"{url}/admin/holds", cookies=cookies, then=opens_menu)
        desk.shows("desk-overview-open", f"{url}/admin/", cookies=cookies, then=opens_all)
        for name, path in {
            "orders-held": "orders?status=held",
            "orders-found": "orders?q=buyer%40example.com",
            "orders-not-found": "orders?q=nobody%40example.com",
            "orders-of-days": "orders?status=paid&since=2020-01-01&until=2020-02-01",
            "order-busy": f"orders/{order}",
            "refund-busy": f"orders/{order}/refund",
            "release": f"orders/{order}/release",
            "ship-off": f"orders/{order}/ship",
            "note": f"orders/{order}/note",
            "cancel-off": f"orders/{order}/cancel",
        }.items():
            desk.shows(f"desk-{name}", f"{url}/admin/{path}", cookies=cookies)
        cases = app.extensions["checkout_service"]
        event = cases.read_events.page(order_id=order).events[0].id
        message = cases.read_messages.page(order_id=order).messages[0].id
        aside = next(item.id for item in cases.quarantine.list() if item.kind == "money_write")
        for name, path in {
            "event": f"events/{event}",
            "replay": f"events/{event}/replay",
            "message": f"messages/{message}",
            "resend": f"messages/{message}/resend",
            "retry": f"quarantine/{aside}/retry",
        }.items():
            desk.shows(f"desk-{name}", f"{url}/admin/{path}", cookies=cookies)


@ONE_KIND
def test_an_order_is_told_in_each_of_its_states(desk: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, app):
        cookies = sign_in(desk, url)
        for name, reached in STATES.items():
            order = reached(stage, reach.SESSION).order
            desk.shows(f"desk-order-{name}", f"{url}/admin/orders/{order}", cookies=cookies)
            for verb in ACTS_OF.get(name, ()):
                form = f"{url}/admin/orders/{order}/{verb}"
                desk.shows(f"desk-{verb}-{name}", form, cookies=cookies)
        for buyer in BUYERS:
            bought = stage.buys("poster-usd", 2)
            stage.pays(bought, shipping=ADDRESS | {"name": buyer})
            stage.delivers()
        desk.shows("desk-orders-names", f"{url}/admin/orders", cookies=cookies)
        named = f"{url}/admin/orders/{bought.order}"
        desk.shows("desk-order-named", named, cookies=cookies)
        desk.shows("desk-ship", f"{named}/ship", cookies=cookies)
        ships(stage, app, bought.order)
        there = f"{url}/admin/orders/{bought.order}"
        desk.shows("desk-order-shipped", there, cookies=cookies)
        look = presses("Look now")
        desk.shows("desk-order-looked", there, cookies=cookies, then=look)
        for name, act in {
            "refund": None,
            "refund-too-much": presses("Go on", what="other", amount="999"),
            "refund-no-amount": presses("Go on", what="other", amount="ten"),
            "refund-second-look": presses("Go on", what="other", amount="12,50"),
        }.items():
            desk.shows(f"desk-{name}", f"{there}/refund", cookies=cookies, then=act)
