"""One order in every state, as its own buyer sees it and as anybody who has its address."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page

from checkout_service.domain.ids import new_id
from checkout_service.domain.order.care import Parcel
from tests.pages.album.catalog import PAPER
from tests.pages.album.conftest import Open
from tests.support.album import Album, owner
from tests.support.stage import Stage
from tests.web import standings as reach

ADDRESS = {
    "name": "Ada Lovelace",
    "address": {
        "line1": "Karl-Marx-Allee 1", "line2": None, "postal_code": "10178", "city": "Berlin",
        "state": None, "country": "DE",
    },
}  # fmt: skip
STATES = {
    "pending": reach.pending,
    "processing": reach.processing,
    "failed": reach.failed,
    "expired": reach.expired,
    "canceled": reach.canceled,
    "held": reach.paid_otherwise,
    "held-unpaid": reach.shows("thawing"),
    "held-refunded": reach.refunded_before_fulfilment,
    "extras": reach.paid_with_extras,
    "refunded": reach.refunded,
    "partly-refunded": reach.partially_refunded,
    "disputed": reach.disputed,
    "charged-back": reach.charged_back,
    "paid-twice": reach.paid_twice,
}
ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"])


def ships(stage: Stage, app: Flask, order: str) -> None:
    """Send two parcels, one with nothing but its carrier."""
    with app.app_context():
        for parcel in (
            Parcel("DHL", "00340434161094015902", "https://dhl.example/t"),
            Parcel("Post"),
        ):
            stage.use_cases.admin.ship_order.ship(
                order, parcel, nonce=new_id("non"), by="ann", source="admin"
            )


@ONE_KIND
def test_every_state_of_an_order_has_its_own_page(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, app):
        for name, reached in STATES.items():
            order = reached(stage, reach.SESSION).order
            album.shows(f"order-{name}", f"{url}/orders/{order}", cookies=owner(app, url, order))
        order = reach.paid(stage).order
        album.shows("order-of-another", f"{url}/orders/{order}")


@ONE_KIND
def test_who_paid_sees_what_how_and_where_to(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, app):
        for name, price, quantity in (
            ("card", "poster-usd", 2), ("yen", "cloth-jpy", 1),
            ("subscription", "yearbook-monthly", 1),
        ):  # fmt: skip
            bought = stage.buys(price, quantity)
            stage.pays(bought, shipping=ADDRESS)
            stage.delivers()
            back = f"{url}/checkout/success?session_id={bought.session}"
            cookies = owner(app, url, bought.order)
            album.shows(f"success-{name}", back, cookies=cookies)
        saved = stage.buys(items=[], mode="setup", currency="usd", customer_email="ada@lovelace.uk")
        stage.pays(saved)
        stage.delivers()
        there = f"{url}/orders/{saved.order}"
        album.shows("order-setup", there, cookies=owner(app, url, saved.order))
        order = f"{url}/orders/{bought.order}"
        ships(stage, app, bought.order)
        album.shows("order-shipped", order, cookies=cookies)
        album.prints("order-shipped", order, cookies=cookies)


@ONE_KIND
def test_who_left_finds_the_way_on(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, app):
        for name in ("pending", "failed", "expired"):
            order = STATES[name](stage, reach.SESSION).order
            cookies = owner(app, url, order)
            album.shows(f"cancel-{name}", f"{url}/checkout/cancel?order={order}", cookies=cookies)
        order = reach.pending(stage, reach.INTENT).order
        album.shows("order-intent", f"{url}/orders/{order}", cookies=owner(app, url, order))


@ONE_KIND
def test_who_saves_a_way_to_pay_is_told_of_that(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, app):
        saving, expired, canceled = (
            stage.buys(items=[], mode="setup", currency="usd") for _ in range(3)
        )
        stage.control("POST", f"checkout/sessions/{expired.session}/expire")
        stage.delivers()
        stage.cancels(canceled)
        for name, order in (("pending", saving), ("expired", expired), ("canceled", canceled)):
            cookies = owner(app, url, order.order)
            album.shows(f"saving-{name}", f"{url}/orders/{order.order}", cookies=cookies)
        left = f"{url}/checkout/cancel?order={saving.order}"
        album.shows("saving-left", left, cookies=owner(app, url, saving.order))


@ONE_KIND
def test_a_payment_link_leads_back(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (_stage, url, _app):
        album.shows("link-unknown", f"{url}/links/return")

        def leaves_and_returns(page: Page) -> None:
            page.request.get(f"{url}/links/pair", max_redirects=0)
            page.reload()

        album.shows("link-begun", f"{url}/links/return", then=leaves_and_returns)
