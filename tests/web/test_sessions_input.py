"""What a create refuses: every fault named where it is, and nothing asked of Stripe."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Stage
from tests.web.asserts import locs, problem

CREATE = "/api/v1/checkout-sessions"
CART: dict[str, Any] = {"items": [{"price": "poster-usd", "quantity": 2}]}

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
    client: FlaskClient, shop: Stage, body: dict[str, Any], expected: set[str]
) -> None:
    assert locs(problem(client.post(CREATE, json=body), 422, "invalid_input")) == expected
    assert not shop.calls()


@pytest.mark.parametrize(
    "quantity",
    [0, -1, 21, 2**31, 2**63, 10**30, 1.5, 1.0, "1", "", None, True, False, [], {}, [1]],
    ids=repr,
)
def test_a_quantity_is_a_whole_number_from_one_to_the_maximum(
    client: FlaskClient, shop: Stage, quantity: object
) -> None:
    response = client.post(CREATE, json={"items": [{"price": "poster-usd", "quantity": quantity}]})

    assert locs(problem(response, 422, "invalid_input")) == {"items.0.quantity"}
    assert not shop.calls()


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
