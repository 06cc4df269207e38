"""One key, one body, one answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from checkout_service.storage.tables import idempotency_keys, orders
from tests.support.stage import Stage, calling
from tests.web import standings as reach
from tests.web.asserts import problem
from tests.web.conftest import API_KEY, MERCHANT, MakeApp

CREATE = "/api/v1/checkout-sessions"
CART = {"items": [{"price": "poster-usd", "quantity": 2}]}
NAME = "one-key-that-nobody-guesses"
KEY = {"Idempotency-Key": NAME}


def opened(shop: Stage) -> int:
    """Count the sessions that were opened at Stripe."""
    return len({call.answer["id"] for call in shop.writes("/v1/checkout/sessions") if call.answer})


def keys(shop: Stage) -> list[dict[str, Any]]:
    """List all that is kept of keys."""
    with shop.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(idempotency_keys)).mappings()]


def test_the_same_key_and_body_give_the_stored_answer(client: FlaskClient, shop: Stage) -> None:
    first = client.post(CREATE, json=CART, headers=KEY)
    again = client.post(CREATE, json=CART, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Retry-After"]
    assert opened(shop) == 1


def test_a_body_spelled_otherwise_is_the_same_body(client: FlaskClient, shop: Stage) -> None:
    client.post(CREATE, json=CART, headers=KEY)

    spaced = b'{ "items": [ {"quantity": 2, "price": "poster-usd"} ] }'
    again = client.post(CREATE, data=spaced, content_type="application/json", headers=KEY)

    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(client: FlaskClient, shop: Stage) -> None:
    client.post(CREATE, json=CART, headers=KEY)

    other = client.post(
        CREATE, json={"items": [{"price": "poster-usd", "quantity": 3}]}, headers=KEY
    )

    problem(other, 422, "idempotency_key_reused")
    assert opened(shop) == 1


def test_refused_input_is_kept_too(client: FlaskClient) -> None:
    body = {"items": [{"price": "nope", "quantity": 1}]}
    first = client.post(CREATE, json=body, headers=KEY)
    again = client.post(CREATE, json=body, headers=KEY)

    assert first.status_code == again.status_code == 422
    assert again.mimetype == "application/problem+json"
    assert again.get_json()["errors"] == first.get_json()["errors"]
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_running_request_is_not_joined(client: FlaskClient, shop: Stage) -> None:
    others: list[Any] = []
    shop.meanwhile(
        calling("POST", "/v1/checkout/sessions"),
        lambda: others.append(client.post(CREATE, json=CART, headers=KEY)),
    )

    first = client.post(CREATE, json=CART, headers=KEY)

    assert first.status_code == 201
    problem(others[0], 409, "idempotency_in_progress")
    assert others[0].headers["Retry-After"] == "1"
    assert opened(shop) == 1


@pytest.mark.parametrize("failure", [ConnectionResetError(), RuntimeError("bug")])
def test_a_failure_frees_the_key_and_the_repeat_names_the_same_order(
    client: FlaskClient, shop: Stage, failure: Exception
) -> None:
    mend = shop.fails(calling("POST", "/v1/checkout/sessions"), failure)
    failed = client.post(CREATE, json=CART, headers=KEY)
    mend()
    freed = [row["state"] for row in keys(shop)]
    repeated = client.post(CREATE, json=CART, headers=KEY)

    assert failed.status_code >= 500
    assert "running" not in freed
    assert repeated.status_code == 201
    with shop.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(orders)).scalar() == 1


def test_a_conflict_frees_the_key(client: FlaskClient, shop: Stage) -> None:
    order = reach.processing(shop).order

    client.post(CREATE, json={"order": order}, headers=KEY)

    assert "running" not in [row["state"] for row in keys(shop)]
    assert "kept" not in [row["state"] for row in keys(shop)]


def test_unreadable_bodies_do_not_touch_the_key(client: FlaskClient, shop: Stage) -> None:
    client.post(CREATE, data=b"{", content_type="application/json", headers=KEY)
    client.post(CREATE, data=b"{}", content_type="text/plain", headers=KEY)

    assert not keys(shop)


def test_keys_of_the_public_and_of_the_merchant_never_meet(
    client: FlaskClient, shop: Stage
) -> None:
    client.post(CREATE, json=CART, headers=KEY)

    response = client.post(CREATE, json=CART, headers=KEY | MERCHANT)

    assert "Idempotent-Replayed" not in response.headers
    assert len(keys(shop)) == 2


def test_keys_belong_to_one_address(client: FlaskClient, shop: Stage) -> None:
    one, other = shop.buys(), shop.buys()

    client.post(f"{CREATE}/{one.session}/expire", headers=KEY)
    response = client.post(f"{CREATE}/{other.session}/expire", headers=KEY)

    assert response.get_json()["id"] == other.session


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "tab\tkey", "\x7f"])
def test_a_key_is_1_to_255_printable_ascii_characters(client: FlaskClient, key: str) -> None:
    response = client.post(CREATE, json=CART, headers={"Idempotency-Key": key})

    problem(response, 400, "bad_request")


@pytest.mark.parametrize("key", ["x" * 20, "x" * 255, "a key, with {signs}~"])
def test_a_strangers_key_of_20_printable_characters_will_do(client: FlaskClient, key: str) -> None:
    assert client.post(CREATE, json=CART, headers={"Idempotency-Key": key}).status_code == 201


@pytest.mark.parametrize("key", ["x", "cart-17", "x" * 19])
def test_a_key_that_another_stranger_would_think_of_is_refused(
    client: FlaskClient, shop: Stage, key: str
) -> None:
    refused = client.post(CREATE, json=CART, headers={"Idempotency-Key": key})
    merchant = client.post(CREATE, json=CART, headers={"Idempotency-Key": key} | MERCHANT)

    problem(refused, 422, "idempotency_key_too_short")
    assert merchant.status_code == 201
    assert len(keys(shop)) == 1


def test_whoever_sends_somebody_elses_key_and_cart_gets_a_session_of_his_own(
    client: FlaskClient, shop: Stage
) -> None:
    buyer = client.post(CREATE, json=CART, headers=KEY)
    thief = client.post(CREATE, json=CART, headers=KEY, environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert "Idempotent-Replayed" not in thief.headers
    assert thief.get_json()["id"] != buyer.get_json()["id"]
    assert thief.get_json()["order"]["id"] != buyer.get_json()["order"]["id"]


def test_two_api_keys_may_use_the_same_idempotency_key(make_app: MakeApp, shop: Stage) -> None:
    client = make_app(api_keys="one-api-key,another-api-key").test_client()

    answers = [
        client.post(CREATE, json=CART, headers=KEY | {"Authorization": f"Bearer {key}"})
        for key in ("one-api-key", "another-api-key", "one-api-key")
    ]

    first, other, again = (answer.get_json()["id"] for answer in answers)
    assert first == again != other
    assert answers[2].headers["Idempotent-Replayed"] == "true"


def test_what_is_kept_names_neither_the_api_key_nor_the_address(
    client: FlaskClient, shop: Stage
) -> None:
    client.post(CREATE, json=CART, headers=KEY)
    client.post(CREATE, json=CART, headers=KEY | MERCHANT)

    kept = str([(row["scope"], row["key"]) for row in keys(shop)])
    assert API_KEY not in kept
    assert "127.0.0.1" not in kept


def test_without_a_key_every_request_is_a_new_order(client: FlaskClient, shop: Stage) -> None:
    client.post(CREATE, json=CART)
    client.post(CREATE, json=CART)

    assert opened(shop) == 2
