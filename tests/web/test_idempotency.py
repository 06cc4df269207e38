"""One key, one body, one answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.errors import StripeUnavailable
from tests.web.asserts import problem
from tests.web.conftest import API_KEY, MERCHANT
from tests.web.fakes import FakeShop, an_order

CREATE = "/api/v1/checkout-sessions"
CART = {"items": [{"price": "poster-usd", "quantity": 2}]}
NAME = "one-key-that-nobody-guesses"
KEY = {"Idempotency-Key": NAME}


def test_the_same_key_and_body_give_the_stored_answer(client: FlaskClient, shop: FakeShop) -> None:
    first = client.post(CREATE, json=CART, headers=KEY)
    again = client.post(CREATE, json=CART, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Retry-After"]
    assert len(shop.sessions) == 1


def test_a_body_spelled_otherwise_is_the_same_body(client: FlaskClient, shop: FakeShop) -> None:
    client.post(CREATE, json=CART, headers=KEY)

    spaced = b'{ "items": [ {"quantity": 2, "price": "poster-usd"} ] }'
    again = client.post(CREATE, data=spaced, content_type="application/json", headers=KEY)

    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(client: FlaskClient, shop: FakeShop) -> None:
    client.post(CREATE, json=CART, headers=KEY)

    other = client.post(
        CREATE, json={"items": [{"price": "poster-usd", "quantity": 3}]}, headers=KEY
    )

    problem(other, 422, "idempotency_key_reused")
    assert len(shop.sessions) == 1


def test_refused_input_is_kept_too(client: FlaskClient) -> None:
    body = {"items": [{"price": "nope", "quantity": 1}]}
    first = client.post(CREATE, json=body, headers=KEY)
    again = client.post(CREATE, json=body, headers=KEY)

    assert first.status_code == again.status_code == 422
    assert again.mimetype == "application/problem+json"
    assert again.get_json()["errors"] == first.get_json()["errors"]
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_running_request_is_not_joined(client: FlaskClient, shop: FakeShop) -> None:
    class Running(dict):  # type: ignore[type-arg]
        def __contains__(self, _key: object) -> bool:
            return True

    shop.hold_idempotency.running = Running()

    response = client.post(CREATE, json=CART, headers=KEY)

    problem(response, 409, "idempotency_in_progress")
    assert response.headers["Retry-After"] == "1"


@pytest.mark.parametrize("failure", [StripeUnavailable(), RuntimeError("bug")])
def test_a_failure_frees_the_key_and_the_repeat_names_the_same_order(
    client: FlaskClient, shop: FakeShop, failure: Exception
) -> None:
    shop.failure = failure
    failed = client.post(CREATE, json=CART, headers=KEY)
    shop.failure = None
    repeated = client.post(CREATE, json=CART, headers=KEY)

    assert failed.status_code >= 500
    assert repeated.status_code == 201
    assert shop.hold_idempotency.freed == [NAME]
    assert len({nonce for _, nonce, _ in shop.asked}) == 1
    assert len(shop.asked) == 2


def test_a_conflict_frees_the_key(client: FlaskClient, shop: FakeShop) -> None:
    order = shop.add(an_order(status="processing")).order

    client.post(CREATE, json={"order": order.id}, headers=KEY)

    assert shop.hold_idempotency.freed == [NAME]


def test_unreadable_bodies_do_not_touch_the_key(client: FlaskClient, shop: FakeShop) -> None:
    client.post(CREATE, data=b"{", content_type="application/json", headers=KEY)
    client.post(CREATE, data=b"{}", content_type="text/plain", headers=KEY)

    assert not shop.hold_idempotency.kept
    assert not shop.hold_idempotency.running


def test_keys_of_the_public_and_of_the_merchant_never_meet(
    client: FlaskClient, shop: FakeShop
) -> None:
    client.post(CREATE, json=CART, headers=KEY)

    response = client.post(CREATE, json=CART, headers=KEY | MERCHANT)

    assert "Idempotent-Replayed" not in response.headers
    assert len(shop.hold_idempotency.kept) == 2


def test_keys_belong_to_one_address(client: FlaskClient, shop: FakeShop) -> None:
    one, other = shop.add(an_order()), shop.add(an_order())

    client.post(f"{CREATE}/{one.id}/expire", headers=KEY)
    response = client.post(f"{CREATE}/{other.id}/expire", headers=KEY)

    assert response.get_json()["id"] == other.id


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "tab\tkey", "\x7f"])
def test_a_key_is_1_to_255_printable_ascii_characters(client: FlaskClient, key: str) -> None:
    response = client.post(CREATE, json=CART, headers={"Idempotency-Key": key})

    problem(response, 400, "bad_request")


@pytest.mark.parametrize("key", ["x" * 20, "x" * 255, "a key, with {signs}~"])
def test_a_strangers_key_of_20_printable_characters_will_do(client: FlaskClient, key: str) -> None:
    assert client.post(CREATE, json=CART, headers={"Idempotency-Key": key}).status_code == 201


@pytest.mark.parametrize("key", ["x", "cart-17", "x" * 19])
def test_a_key_that_another_stranger_would_think_of_is_refused(
    client: FlaskClient, shop: FakeShop, key: str
) -> None:
    refused = client.post(CREATE, json=CART, headers={"Idempotency-Key": key})
    merchant = client.post(CREATE, json=CART, headers={"Idempotency-Key": key} | MERCHANT)

    problem(refused, 422, "idempotency_key_too_short")
    assert merchant.status_code == 201
    assert len(shop.hold_idempotency.kept) == 1


def test_whoever_sends_somebody_elses_key_and_cart_gets_a_session_of_his_own(
    client: FlaskClient, shop: FakeShop
) -> None:
    buyer = client.post(CREATE, json=CART, headers=KEY)
    thief = client.post(CREATE, json=CART, headers=KEY, environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert "Idempotent-Replayed" not in thief.headers
    assert thief.get_json()["id"] != buyer.get_json()["id"]
    assert thief.get_json()["order"]["id"] != buyer.get_json()["order"]["id"]


def test_two_api_keys_may_use_the_same_idempotency_key(
    make_app: Callable[..., Flask], shop: FakeShop
) -> None:
    client = make_app(api_keys="one-api-key,another-api-key").test_client()

    answers = [
        client.post(CREATE, json=CART, headers=KEY | {"Authorization": f"Bearer {key}"})
        for key in ("one-api-key", "another-api-key", "one-api-key")
    ]

    first, other, again = (answer.get_json()["id"] for answer in answers)
    assert first == again != other
    assert answers[2].headers["Idempotent-Replayed"] == "true"


def test_what_is_kept_names_neither_the_api_key_nor_the_address(
    client: FlaskClient, shop: FakeShop
) -> None:
    client.post(CREATE, json=CART, headers=KEY)
    client.post(CREATE, json=CART, headers=KEY | MERCHANT)

    kept = str(list(shop.hold_idempotency.kept))
    assert API_KEY not in kept
    assert "127.0.0.1" not in kept


def test_without_a_key_every_request_is_a_new_order(client: FlaskClient, shop: FakeShop) -> None:
    client.post(CREATE, json=CART)
    client.post(CREATE, json=CART)

    assert len(shop.sessions) == 2
