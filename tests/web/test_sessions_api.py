"""Checkout Sessions over the API: the contract's fields, and every fault named at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.status import OrderStatus
from tests.web.asserts import locs, problem
from tests.web.conftest import BASE, MERCHANT, SHOP_SITE
from tests.web.fakes import FakeShop, an_order

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


def test_nothing_private_is_told_to_the_public(client: FlaskClient, shop: FakeShop) -> None:
    session = shop.add(an_order())

    public = client.get(f"{CREATE}/{session.id}")
    merchant = client.get(f"{CREATE}/{session.id}", headers=MERCHANT)

    assert "buyer@example.com" not in public.get_data(as_text=True)
    assert public.get_json()["order"].keys() == PUBLIC_FIELDS
    assert merchant.get_json()["order"].keys() == PUBLIC_FIELDS | PRIVATE_FIELDS


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic key-of-the-merchants-backend", "Bearer \xff"],
)
def test_a_wrong_key_is_the_public(client: FlaskClient, shop: FakeShop, authorization: str) -> None:
    session = shop.add(an_order())

    response = client.get(f"{CREATE}/{session.id}", headers={"Authorization": authorization})

    assert response.get_json()["order"].keys() == PUBLIC_FIELDS


@pytest.mark.parametrize(
    ("status", "holds", "final"),
    [
        (OrderStatus.PENDING, (), False),
        (OrderStatus.PROCESSING, (), False),
        (OrderStatus.PAID, (), True),
        (OrderStatus.FAILED, (), True),
        (OrderStatus.EXPIRED, (), True),
        (OrderStatus.PENDING, ("amount_mismatch",), True),
    ],
)
def test_only_what_is_not_final_says_when_to_ask_again(
    client: FlaskClient,
    shop: FakeShop,
    status: OrderStatus,
    holds: tuple[str, ...],
    *,
    final: bool,
) -> None:
    session = shop.add(an_order(status=status, holds=holds), retry_after=1)

    response = client.get(f"{CREATE}/{session.id}")

    assert response.get_json()["final"] is final
    assert response.headers.get("Retry-After") == (None if final else "1")


def test_everything_asked_reaches_the_cart(client: FlaskClient, shop: FakeShop) -> None:
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
    ((cart, nonce, caller),) = shop.asked
    assert cart.success_url == (
        f"{SHOP_SITE}/thanks?lang=en&session_id={{CHECKOUT_SESSION_ID}}#top"
    )
    assert cart.cancel_url == f"{SHOP_SITE}/basket"
    assert (cart.mode, cart.locale, cart.customer_email) == (
        "payment",
        "pt-BR",
        "buyer@example.test",
    )
    assert (cart.client_reference_id, cart.metadata) == ("A-17", {"till": "3"})
    assert cart.allow_promotion_codes
    assert (nonce, caller) == (None, "public")


def test_null_means_not_given(client: FlaskClient, shop: FakeShop) -> None:
    response = client.post(CREATE, json=CART | {"success_url": None, "metadata": None})

    assert response.status_code == 201
    assert shop.asked[0][0].success_url is None


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {""}),
    ({"items": []}, {"items"}),
    ({"items": {}}, {"items"}),
    ({"items": [{"price": "poster-usd", "quantity": 1}] * 101}, {"items"}),
    ({"items": [{"price": "nope", "quantity": 1}]}, {"items.0.price"}),
    ({"items": [{"price": "", "quantity": 1}]}, {"items.0.price"}),
    ({"items": [{"price": 7, "quantity": 1}]}, {"items.0.price"}),
    ({"items": [{"price": "poster-usd"}]}, {"items.0.quantity"}),
    ({"items": [{"quantity": 1}]}, {"items.0.price"}),
    (
        {"items": [{"price": "poster-usd", "quantity": 1, "unit_amount": 1}]},
        {"items.0.unit_amount"},
    ),
    ({"items": ["poster-usd"]}, {"items.0"}),
    (
        {"items": [{"price": "poster-usd", "quantity": 1}, {"price": "cloth-jpy", "quantity": 1}]},
        {"items"},
    ),
    (CART | {"amount": 1}, {"amount"}),
    (CART | {"currency": "usd"}, {"currency"}),
    (CART | {"mode": "setup"}, {"mode"}),
    (CART | {"mode": "subscription"}, {"mode"}),
    (CART | {"customer_email": "nobody"}, {"customer_email"}),
    (CART | {"customer_email": "a@b.c\r\nBcc: x@y.z"}, {"customer_email"}),
    (CART | {"customer_email": "a" * 255 + "@b.example"}, {"customer_email"}),
    (CART | {"client_reference_id": ""}, {"client_reference_id"}),
    (CART | {"client_reference_id": "x" * 201}, {"client_reference_id"}),
    (CART | {"client_reference_id": "cart\t17"}, {"client_reference_id"}),
    (CART | {"client_reference_id": "cart\x7f"}, {"client_reference_id"}),
    (CART | {"metadata": {"k": "first\nsecond"}}, {"metadata.k"}),
    (CART | {"metadata": {"k\t": "x"}}, {"metadata"}),
    (CART | {"metadata": {"checkout_request_id": "x"}}, {"metadata"}),
    (CART | {"locale": "hi"}, {"locale"}),
    (CART | {"locale": "xx"}, {"locale"}),
    (CART | {"allow_promotion_codes": "yes"}, {"allow_promotion_codes"}),
    (CART | {"allow_promotion_codes": 1}, {"allow_promotion_codes"}),
    (CART | {"metadata": []}, {"metadata"}),
    (CART | {"metadata": {"order_id": "ord_x"}}, {"metadata"}),
    (CART | {"metadata": {"checkout_attempt_id": "att_x"}}, {"metadata"}),
    (CART | {"metadata": {"a[b]": "x"}}, {"metadata"}),
    (CART | {"metadata": {"": "x"}}, {"metadata"}),
    (CART | {"metadata": {"k" * 41: "x"}}, {"metadata"}),
    (CART | {"metadata": {"k": "v" * 501}}, {"metadata.k"}),
    (CART | {"metadata": {"k": 5}}, {"metadata.k"}),
    (CART | {"metadata": {f"k{i}": "x" for i in range(49)}}, {"metadata"}),
    (CART | {"success_url": "https://evil.example/"}, {"success_url"}),
    (CART | {"cancel_url": "javascript:alert(1)"}, {"cancel_url"}),
    (CART | {"order": "ord_x"}, {""}),
    ({"order": 5}, {"order"}),
]


@pytest.mark.parametrize(("body", "expected"), BAD, ids=lambda value: str(value)[:60])
def test_bad_input_is_named_where_it_is(
    client: FlaskClient, shop: FakeShop, body: dict[str, Any], expected: set[str]
) -> None:
    assert locs(problem(client.post(CREATE, json=body), 422, "invalid_input")) == expected
    assert not shop.sessions


@pytest.mark.parametrize(
    "quantity",
    [0, -1, 21, 2**31, 2**63, 10**30, 1.5, 1.0, "1", "", None, True, False, [], {}, [1]],
    ids=repr,
)
def test_a_quantity_is_a_whole_number_from_one_to_the_maximum(
    client: FlaskClient, shop: FakeShop, quantity: object
) -> None:
    response = client.post(CREATE, json={"items": [{"price": "poster-usd", "quantity": quantity}]})

    assert locs(problem(response, 422, "invalid_input")) == {"items.0.quantity"}
    assert not shop.sessions


def test_every_fault_is_named_at_once(client: FlaskClient) -> None:
    body = {
        "items": [
            {"price": "nope", "quantity": 1},
            {"price": "poster-usd", "quantity": 0},
            {"price": "poster-usd", "quantity": "2"},
        ],
        "success_url": "https://evil.example",
        "metadata": {"order_id": "x"},
        "colour": "red",
    }

    response = client.post(CREATE, json=body)

    assert locs(problem(response, 422, "invalid_input")) == {
        "items.0.price",
        "items.1.quantity",
        "items.2.quantity",
        "success_url",
        "metadata",
        "colour",
    }


def test_an_order_is_tried_again_by_its_id(client: FlaskClient, shop: FakeShop) -> None:
    session = shop.add(an_order())

    response = client.post(CREATE, json={"order": session.order.id})

    assert response.status_code == 201
    assert response.get_json()["id"] == session.id


@pytest.mark.parametrize(
    ("status", "code"),
    [(OrderStatus.PAID, "order_paid"), (OrderStatus.PROCESSING, "money_in_flight")],
)
def test_an_order_with_money_is_not_tried_again(
    client: FlaskClient, shop: FakeShop, status: OrderStatus, code: str
) -> None:
    session = shop.add(an_order(status=status))

    problem(client.post(CREATE, json={"order": session.order.id}), 409, code)


@pytest.mark.parametrize("order", ["", "ord_unknown", "../x", "x" * 100])
def test_an_unknown_order_is_a_404(client: FlaskClient, order: str) -> None:
    problem(client.post(CREATE, json={"order": order}), 404, "not_found")


def test_a_session_is_closed(client: FlaskClient, shop: FakeShop) -> None:
    session = shop.add(an_order())

    response = client.post(f"{CREATE}/{session.id}/expire")

    assert response.status_code == 200
    assert response.get_json()["status"] == "expired"
    assert response.get_json()["order"]["status"] == "expired"


def test_closing_takes_an_empty_body_and_nothing_else(client: FlaskClient, shop: FakeShop) -> None:
    session = shop.add(an_order())
    address = f"{CREATE}/{session.id}/expire"

    problem(client.post(address, json={"reason": "x"}), 422, "invalid_input")
    problem(client.post(address, data=b"x=1"), 415, "unsupported_media_type")
    assert client.post(address, json={}).status_code == 200


def test_a_paid_session_is_not_closed(client: FlaskClient, shop: FakeShop) -> None:
    session = shop.add(an_order(status=OrderStatus.PAID))

    problem(client.post(f"{CREATE}/{session.id}/expire"), 409, "order_paid")


def test_config_and_products_are_public(client: FlaskClient) -> None:
    assert client.get("/api/v1/config").get_json() == {
        "publishable_key": "pk_test_sandbox",
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
