"""From the page of a subscription's order to Stripe's customer portal, for its own buyer alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.stripe_gateway.event_kinds import TYPES
from tests.support.databases import KEYS
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.support.stage.catalog import catalog_text

SUBSCRIPTION = """
[shop]
manage_subscriptions = true
[[products]]
id = "yearbook"
name = "Yearbook"
[[products.prices]]
id = "yearbook-monthly"
currency = "eur"
unit_amount = 900
recurring = { interval = "month" }
"""
PORTAL = "/v1/billing_portal/sessions"
BUTTON = "Manage subscription"


@pytest.fixture
def shop() -> Iterator[Stage]:
    with Stage(catalog=SUBSCRIPTION + catalog_text()) as opened:
        yield opened


@pytest.fixture
def app(shop: Stage, tmp_path: Path) -> Flask:
    return app_on(shop, tmp_path)


def bought(shop: Stage, client: FlaskClient, price: str) -> str:
    """Buy, pay, and return the path of the order's page."""
    answer = client.post("/checkout", data={"price": price, "quantity": "1"})
    session = re.findall(r"cs_test_\w+", answer.headers["Location"])[0]
    shop.pays(session)
    shop.delivers(*TYPES)
    shop.drops()
    (path,) = set(
        re.findall(
            r'href="(/orders/ord_\w+)"', client.get(f"/checkout/success?session_id={session}").text
        )
    )
    return str(path)


def test_a_subscriber_is_led_to_stripes_portal_and_back(shop: Stage, app: Flask) -> None:
    buyer = app.test_client()
    path = bought(shop, buyer, "yearbook-monthly")

    page = buyer.get(path)
    assert BUTTON in page.text
    assert "https://billing.stripe.com" in page.headers["Content-Security-Policy"]
    answer = buyer.post(f"{path}/subscription")

    assert answer.status_code == 303
    assert "/p/session/bps_" in answer.headers["Location"]
    (asked,) = shop.writes(PORTAL)
    assert asked.params["return_url"] == KEYS["PUBLIC_BASE_URL"] + path


def test_whoever_knows_the_orders_address_is_not_led_there(shop: Stage, app: Flask) -> None:
    path = bought(shop, app.test_client(), "yearbook-monthly")
    stranger = app.test_client()
    stranger.set_cookie("orders", f'["{path.removeprefix("/orders/")}"]')

    assert BUTTON not in stranger.get(path).text
    answer = stranger.post(f"{path}/subscription")

    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert shop.writes(PORTAL) == []


def test_a_form_of_another_site_leads_nobody_there(shop: Stage, app: Flask) -> None:
    buyer = app.test_client()
    path = bought(shop, buyer, "yearbook-monthly")

    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert buyer.post(f"{path}/subscription", headers=headers).status_code == 403
    assert shop.writes(PORTAL) == []


def test_what_is_no_subscription_has_no_such_button(shop: Stage, app: Flask) -> None:
    buyer = app.test_client()

    assert BUTTON not in buyer.get(bought(shop, buyer, "poster-usd")).text


def test_a_portal_that_stripe_refuses_is_told_on_a_page(shop: Stage, app: Flask) -> None:
    buyer = app.test_client()
    path = bought(shop, buyer, "yearbook-monthly")
    rule = {"method": "POST", "path": PORTAL, "kind": "error_500", "probability": 1}
    shop.control("PUT", "faults", {"api": [rule]})

    answer = buyer.post(f"{path}/subscription")

    assert answer.status_code == 503
    assert "Nothing is lost. Try again in a moment." in answer.text


def test_the_way_there_is_off_unless_the_shop_says_so(stage: Stage, tmp_path: Path) -> None:
    buyer = app_on(stage, tmp_path).test_client()
    path = bought(stage, buyer, "poster-usd")

    assert "billing.stripe.com" not in buyer.get(path).headers["Content-Security-Policy"]
    assert buyer.post(f"{path}/subscription").headers["Location"] == path
    assert stage.writes(PORTAL) == []
