"""The storefront, small and large; a product; the cart in all its states; what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import BadRequest

from checkout_service.domain.errors import (
    DatabaseUnavailable,
    MoneyInFlight,
    OrderPaid,
    PullMode,
)
from tests.pages.album.catalog import ONE, PAPER, many
from tests.pages.album.conftest import Open
from tests.support.album import Album, sends
from tests.support.stage import Stage

ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"])
POSTER, MUG = {"price": "poster-usd", "quantity": "2"}, {"price": "mug-usd", "quantity": "1"}


def puts(url: str, *choices: dict[str, str]) -> Callable[[Page], None]:
    """Return what has a page put these into the cart."""

    def act(page: Page) -> None:
        for choice in choices:
            sends(f"{url}/cart", **choice)(page)

    return act


@ONE_KIND
@pytest.mark.parametrize("count", [1, 3, 60])
def test_a_storefront_reads_well_whatever_its_size(
    album: Album, open_shop: Open, count: int
) -> None:
    with open_shop(many(count)) as (_stage, url, _app):
        album.shows(f"shop-{count}", url)
        if count == 60:
            album.shows("shop-category", f"{url}/?category=Books")
            album.shows("shop-found", f"{url}/?q=heron")
            album.shows("shop-not-found", f"{url}/?q=unicorn")


@ONE_KIND
def test_the_shop_shows_all_that_it_has(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (_stage, url, _app):
        album.shows("shop-paper", url)
        for price in ("poster-usd", "yearbook-monthly", "cloth-jpy"):
            album.shows(f"buy-{price}", f"{url}/buy/{price}")


@ONE_KIND
def test_the_cart_says_what_is_in_it_and_what_is_wrong(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, _app):
        cart = f"{url}/cart"
        album.shows("cart-empty", cart)
        album.shows("cart-filled", cart, then=puts(url, POSTER, MUG))
        album.shows("cart-two-currencies", cart, then=puts(url, POSTER, {"price": "mug-eur"}))
        album.shows("cart-full", cart, then=puts(url, POSTER, POSTER | {"quantity": "20"}))
        refused: dict[str, Any] = {"price": "poster-usd", "quantity": "21"}

        def asks_too_much(page: Page) -> None:
            puts(url, POSTER)(page)
            sends(f"{url}/cart/checkout", **refused)(page)

        album.shows("cart-refused", cart, then=asks_too_much)
        _sold_out(album, stage, cart, url)


def _sold_out(album: Album, stage: Stage, cart: str, url: str) -> None:
    """Archive a price at Stripe once it is in the cart, and have Stripe be silent."""
    price = next(one for one in stage.stripe("GET", "/v1/prices")["data"])

    def archived(page: Page) -> None:
        stage.stripe("POST", f"/v1/prices/{price['id']}", active="true")
        stage.advance(7200)
        puts(url, {"price": "almanac-linked"})(page)
        stage.stripe("POST", f"/v1/prices/{price['id']}", active="false")
        stage.advance(7200)
        page.goto(cart)

    album.shows("cart-sold-out", cart, then=archived)

    def silent(page: Page) -> None:
        puts(url, POSTER)(page)
        rule = {"method": "POST", "path": "/v1/", "kind": "error_500", "probability": 1.0}
        stage.control("PUT", "faults", {"api": [rule]})
        sends(f"{url}/cart/checkout", price="poster-usd", quantity="2")(page)
        stage.control("DELETE", "faults")

    album.shows("cart-silent", cart, then=silent)
    album.shows(
        "shop-with-a-cart", cart, then=lambda page: (puts(url, POSTER)(page), page.goto(url))
    )


@ONE_KIND
def test_whatever_goes_wrong_has_a_page(album: Album, open_shop: Open) -> None:
    with open_shop(PAPER) as (stage, url, _app):
        checkout = f"{url}/checkout"
        album.shows("error-404", f"{url}/nowhere")
        album.shows("error-405", f"{url}/checkout")
        album.shows(
            "error-422-quantity", url, then=sends(checkout, price="poster-usd", quantity="99")
        )
        album.shows("error-422-price", url, then=sends(checkout, price="gone", quantity="1"))
        album.shows("error-422-card", url, then=sends(checkout, price="4242424242424242"))
        album.shows("error-403", url, then=_from_elsewhere(checkout))

        def silent(page: Page) -> None:
            rule = {"method": "POST", "path": "/v1/", "kind": "rate_limit", "probability": 1.0}
            stage.control("PUT", "faults", {"api": [rule]})
            sends(checkout, **POSTER)(page)
            stage.control("DELETE", "faults")

        album.shows("error-503", url, then=silent)


FAULTS: dict[str, Exception] = {
    "400": BadRequest(),
    "409-paid": OrderPaid(),
    "409-in-flight": MoneyInFlight(),
    "500": RuntimeError("never shown"),
    "501": PullMode(),
    "503-database": DatabaseUnavailable(),
}


@ONE_KIND
def test_whatever_is_raised_has_a_page(album: Album, open_shop: Open) -> None:
    album.complaints.expected += ["status of 500", "status of 501"]
    with open_shop(PAPER) as (_stage, url, app):

        @app.get("/goes/<name>")
        def raises(name: str) -> str:
            raise FAULTS[name]

        for name in FAULTS:
            album.shows(f"error-{name}", f"{url}/goes/{name}")


@ONE_KIND
def test_who_is_too_quick_is_asked_to_wait(album: Album, open_shop: Open) -> None:
    with open_shop(ONE, create_rate_limit="1 per hour") as (_stage, url, _app):
        wanted: dict[str, str | float | bool] = {"price": "print-usd", "quantity": "1"}

        def twice(page: Page) -> None:
            for _ in range(2):
                page.request.post(f"{url}/checkout", form=wanted, max_redirects=0)
            sends(f"{url}/checkout", price="print-usd", quantity="1")(page)

        album.shows("error-429", url, then=twice)


def _from_elsewhere(action: str) -> Callable[[Page], None]:
    """Return what has a page of another site send the form."""

    def act(page: Page) -> None:
        page.route("http://localhost/trap", lambda route: route.fulfill(body="<h1>A prize</h1>"))
        page.goto("http://localhost/trap")
        sends(action, **POSTER)(page)

    return act
