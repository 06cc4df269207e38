"""Checkout Sessions over the API: the contract's fields, and every fault named at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.databases import KEYS
from tests.support.stage import Stage
from tests.web import standings as reach
from tests.web.asserts import problem
from tests.web.conftest import BASE, MERCHANT, SHOP_SITE
from tests.web.standings import Reach

CREATE = "/api/v1/checkout-sessions"
CART: dict[str, Any] = {"items": [{"price": "poster-usd", "quantity": 2}]}
SESSION_FIELDS = {"id", "url", "status", "payment_status", "expires_at", "final", "order"}
PUBLIC_FIELDS = {
    "id",
    "status",
    "fulfilled",
    "amount_total",
    "amount_paid",
    "amount_refunded",
    "currency",
    "holds",
    "livemode",
    "created_at",
    "items",
}
PRIVATE_FIELDS = {
    "client_reference_id",
    "metadata",
    "flow",
    "customer_email",
    "checkout_session",
    "payment_intent",
    "amount_discount",
    "amount_tax",
    "amount_shipping",
    "amount_charged_back",
    "capture",
    "amount_capturable",
    "capture_before",
    "number",
    "customer",
    "shipping",
    "custom_fields",
    "consent",
    "presentment",
    "payment_method",
    "receipt_url",
    "invoice",
}


def test_a_cart_becomes_a_session_object(client: FlaskClient) -> None:
    response = client.post(CREATE, json=CART)

    body = response.get_json()
    assert response.status_code == 201
    assert body.keys() == SESSION_FIELDS
    assert body["order"].keys() == PUBLIC_FIELDS
    assert body["order"]["items"][0].keys() == {
        "price",
        "name",
        "quantity",
        "unit_amount",
        "amount",
    }
    assert body["expires_at"] == "2026-09-22T14:13:20.000Z" or body["expires_at"].endswith("Z")
    assert body["final"] is False
    assert response.headers["Retry-After"] == "2"


def test_nothing_private_is_told_to_the_public(client: FlaskClient, shop: Stage) -> None:
    bought = reach.pending(shop)

    public = client.get(f"{CREATE}/{bought.session}")
    merchant = client.get(f"{CREATE}/{bought.session}", headers=MERCHANT)

    assert "buyer@example.com" not in public.get_data(as_text=True)
    assert public.get_json()["order"].keys() == PUBLIC_FIELDS
    assert merchant.get_json()["order"].keys() == PUBLIC_FIELDS | PRIVATE_FIELDS


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic key-of-the-merchants-backend", "Bearer \xff"],
)
def test_a_wrong_key_is_the_public(client: FlaskClient, shop: Stage, authorization: str) -> None:
    bought = reach.pending(shop)

    response = client.get(f"{CREATE}/{bought.session}", headers={"Authorization": authorization})

    assert response.get_json()["order"].keys() == PUBLIC_FIELDS


@pytest.mark.parametrize(
    ("reached", "final"),
    [
        (reach.pending, False),
        (reach.processing, False),
        (reach.paid, True),
        (reach.failed, True),
        (reach.expired, True),
        (reach.shows("thawing"), True),
    ],
)
def test_only_what_is_not_final_says_when_to_ask_again(
    client: FlaskClient, shop: Stage, reached: Reach, *, final: bool
) -> None:
    bought = reached(shop, reach.SESSION)

    response = client.get(f"{CREATE}/{bought.session}")

    assert response.get_json()["final"] is final
    assert response.headers.get("Retry-After") in ((None,) if final else ("1", "2"))


def test_everything_asked_reaches_the_cart(client: FlaskClient, shop: Stage) -> None:
    response = client.post(
        CREATE,
        json=CART
        | {
            "mode": "payment",
            "success_url": f"{SHOP_SITE}/thanks?lang=en#top",
            "cancel_url": f"{SHOP_SITE}/basket",
            "customer_email": "buyer@example.test",
            "client_reference_id": "A-17",
            "metadata": {"till": "3"},
            "locale": "pt-BR",
            "allow_promotion_codes": True,
        },
    )

    assert response.status_code == 201
    (asked,) = shop.writes("/v1/checkout/sessions")
    assert asked.params["success_url"] == (
        f"{SHOP_SITE}/thanks?lang=en&session_id={{CHECKOUT_SESSION_ID}}#top"
    )
    assert asked.params["cancel_url"] == f"{SHOP_SITE}/basket"
    assert (asked.params["mode"], asked.params["locale"]) == ("payment", "pt-BR")
    assert asked.params["customer_email"] == "buyer@example.test"
    assert asked.params["metadata[till]"] == "3"
    assert asked.params["allow_promotion_codes"] == "true"
    order = shop.order(response.get_json()["order"]["id"])
    assert (order["client_reference_id"], order["metadata"]) == ("A-17", {"till": "3"})


def test_null_means_not_given(client: FlaskClient, shop: Stage) -> None:
    response = client.post(CREATE, json=CART | {"success_url": None, "metadata": None})

    assert response.status_code == 201
    (asked,) = shop.writes("/v1/checkout/sessions")
    assert asked.params["success_url"].startswith(BASE)


def test_an_order_is_tried_again_by_its_id(client: FlaskClient, shop: Stage) -> None:
    bought = reach.pending(shop)

    response = client.post(CREATE, json={"order": bought.order})

    assert response.status_code == 201
    assert response.get_json()["id"] == bought.session


@pytest.mark.parametrize(
    ("reached", "code"), [(reach.paid, "order_paid"), (reach.processing, "money_in_flight")]
)
def test_an_order_with_money_is_not_tried_again(
    client: FlaskClient, shop: Stage, reached: Reach, code: str
) -> None:
    bought = reached(shop, reach.SESSION)

    problem(client.post(CREATE, json={"order": bought.order}), 409, code)


@pytest.mark.parametrize("order", ["", "ord_unknown", "../x", "x" * 100])
def test_an_unknown_order_is_a_404(client: FlaskClient, order: str) -> None:
    problem(client.post(CREATE, json={"order": order}), 404, "not_found")


def test_a_session_is_closed(client: FlaskClient, shop: Stage) -> None:
    bought = reach.pending(shop)

    response = client.post(f"{CREATE}/{bought.session}/expire")

    assert response.status_code == 200
    assert response.get_json()["status"] == "expired"
    assert response.get_json()["order"]["status"] == "expired"


def test_closing_takes_an_empty_body_and_nothing_else(client: FlaskClient, shop: Stage) -> None:
    bought = reach.pending(shop)
    address = f"{CREATE}/{bought.session}/expire"

    problem(client.post(address, json={"reason": "x"}), 422, "invalid_input")
    problem(client.post(address, data=b"x=1"), 415, "unsupported_media_type")
    assert client.post(address, json={}).status_code == 200


def test_a_paid_session_is_not_closed(client: FlaskClient, shop: Stage) -> None:
    bought = reach.paid(shop)

    problem(client.post(f"{CREATE}/{bought.session}/expire"), 409, "order_paid")


def test_config_and_products_are_public(client: FlaskClient) -> None:
    assert client.get("/api/v1/config").get_json() == {
        "publishable_key": KEYS["STRIPE_PUBLISHABLE_KEY"],
        "livemode": False,
        "flows": ["checkout_session", "payment_intent", "payment_link"],
    }
    products = client.get("/api/v1/products").get_json()["data"]
    assert products[0] == {
        "id": "poster",
        "name": "Poster",
        "description": "A2, matte",
        "prices": [{"id": "poster-usd", "currency": "usd", "unit_amount": 2500, "recurring": None}],
    }


def test_our_own_address_is_always_allowed(client: FlaskClient) -> None:
    assert client.post(CREATE, json=CART | {"success_url": f"{BASE}/x"}).status_code == 201
