"""What the storefront's forms are refused, and how the buyer is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.errors import (
    DatabaseUnavailable,
    OpenedWrong,
    StaleOrder,
    StripeRejected,
    StripeUnavailable,
    UnknownToStripe,
)
from tests.support.on_stage import app_on
from tests.support.stage import Stage, writing
from tests.web.asserts import page
from tests.web.catalog import CATALOG
from tests.web.test_pages import form, opened

TOO_DEAR_WITH_POSTAGE = """
[[products]]
id = "yacht"
name = "Yacht"
[[products.prices]]
id = "yacht-usd"
currency = "usd"
unit_amount = 99999999
[checkout]
shipping_countries = ["US"]
[[checkout.shipping_options]]
name = "Post"
currency = "usd"
amount = 490
"""


@pytest.mark.parametrize(
    "change",
    [
        {"price": "nope"},
        {"price": ""},
        {"price": "'; DROP TABLE orders; --"},
        {"quantity": "0"},
        {"quantity": "21"},
        {"quantity": "-1"},
        {"quantity": "1.5"},
        {"quantity": "1e3"},
        {"quantity": ""},
        {"quantity": " 1"},
        {"quantity": "\u0661"},
        {"quantity": "9" * 400},
    ],
    ids=str,
)
def test_a_choice_that_is_none_is_told_on_a_page(
    client: FlaskClient, shop: Stage, change: dict[str, str]
) -> None:
    page(client.post("/checkout", data=form(client, **change)), 422)

    assert not shop.calls()


def test_a_json_body_is_no_form(client: FlaskClient, shop: Stage) -> None:
    page(client.post("/checkout", json={"price": "poster-usd", "quantity": 1}), 422)

    assert not shop.calls()


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (StripeUnavailable(retry_after=3), 503, "Stripe does not answer right now."),
        (StripeRejected("canary"), 502, "Stripe did not accept this order."),
        (DatabaseUnavailable(), 503, "<p>Nothing is lost."),
        (StaleOrder("ord_x"), 503, "<p>Nothing is lost."),
    ],
    ids=lambda v: type(v).__name__,
)
def test_when_the_payment_page_does_not_open_the_same_form_is_offered_again(
    client: FlaskClient, shop: Stage, failure: Exception, status: int, words: str
) -> None:
    data = form(client, quantity="3")
    mend = shop.fails(writing("begins"), failure)

    response = client.post("/checkout", data=data)
    text = page(response, status)
    mend()
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    repeated = client.post("/checkout", data=again)

    assert "canary" not in text
    assert words in text
    assert ("Retry-After" in response.headers) is (status == 503)
    assert again == data
    assert repeated.status_code == 303
    assert client.post("/checkout", data=data).headers["Location"] == repeated.headers["Location"]
    assert len(opened(shop)) == 1


def test_a_shop_in_pull_mode_says_so(app: Flask) -> None:
    with Stage(catalog=CATALOG, pull_mode=True) as shop:
        app.extensions["checkout_service"] = shop.use_cases
        client = app.test_client()

        page(client.post("/checkout", data=form(client)), 501)


@pytest.mark.parametrize("quantity", ["2\0", "\0", "2 ", "\u0663", "1.5", "", "9999999"])
@pytest.mark.parametrize("door", ["/checkout", "/cart", "/buy/poster-usd", "/pay"])
def test_a_quantity_is_read_by_one_rule_at_every_door(
    client: FlaskClient, shop: Stage, door: str, quantity: str
) -> None:
    asked = {"price": "poster-usd", "quantity": quantity}
    if door in ("/checkout", "/cart"):
        answer = client.post(door, data=asked)
    else:
        answer = client.get(door, query_string=asked)

    assert "Choose a quantity from 1 to 20." in page(answer, 422)
    assert shop.calls() == []


@pytest.mark.parametrize(
    "failure", [StripeRejected("canary"), UnknownToStripe(), OpenedWrong("canary")]
)
def test_a_refusal_of_stripes_is_told_as_one_at_every_door(
    client: FlaskClient, shop: Stage, failure: Exception
) -> None:
    mend = shop.fails(writing("begins"), failure)
    text = client.post("/checkout", data={"price": "poster-usd", "quantity": "1"}).text
    mend()

    assert "Stripe did not accept this order. You were not charged." in text
    assert "canary" not in text


def test_an_order_that_stripe_refused_blames_no_bank(tmp_path: Path) -> None:
    with Stage(catalog=CATALOG + TOO_DEAR_WITH_POSTAGE) as stage:
        client = app_on(stage, tmp_path).test_client()
        page(client.post("/checkout", data={"price": "yacht-usd", "quantity": "1"}), 502)
        (order,) = stage.use_cases.read_orders.page(limit=5).orders
        text = page(client.get(f"/orders/{order.id}"))

    assert order.status == "failed"
    assert "The payment page did not open" in text
    assert "Your bank" not in text


def test_a_way_to_pay_that_is_none_is_refused_for_that(client: FlaskClient) -> None:
    text = page(client.get("/pay?price=poster-usd&ui=evil"), 422)

    assert "There is no such way to pay here." in text
    assert "total" not in text
