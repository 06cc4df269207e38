"""Authorise and capture over the API, before a whole Stripe: what is asked and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.on_stage import app_on
from tests.support.stage import Stage, calling
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
CART = {"items": [{"name": "Table", "unit_amount": 5000, "currency": "usd", "quantity": 1}]}
Ask = Callable[..., TestResponse]


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage, tmp_path, api_keys=KEY).test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    def ask(path: str, body: Any = None, **headers: str) -> TestResponse:
        headers["Authorization"] = f"Bearer {KEY}"
        return client.post(f"/api/v1/orders{path}", json=body, headers=headers)

    return ask


@pytest.fixture(params=["checkout_session", "payment_intent"])
def order(stage: Stage, ask: Ask, request: pytest.FixtureRequest) -> str:
    """An order of 50.00 USD that is authorised."""
    made = ask("", CART | {"capture": "manual", "flow": request.param}).get_json()
    stage.pays(made["id"])
    stage.delivers()
    name: str = made["order"]["id"]
    return name


def test_an_authorised_order_is_captured_in_part(ask: Ask, order: str) -> None:
    answer = ask(f"/{order}/capture", {"amount": 3000})

    assert answer.status_code == 200
    body = answer.get_json()
    assert (body["status"], body["fulfilled"], body["amount_paid"]) == ("paid", True, 3000)
    assert (body["amount_capturable"], body["capture_before"]) == (0, None)


def test_a_capture_without_a_body_takes_all(ask: Ask, order: str) -> None:
    assert ask(f"/{order}/capture").get_json()["amount_paid"] == 5000


def test_an_authorised_order_is_voided(ask: Ask, order: str) -> None:
    answer = ask(f"/{order}/void")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "canceled")
    refused = ask(f"/{order}/capture")
    problem(refused, 409, "order_canceled")


def test_the_same_key_is_the_same_capture(stage: Stage, ask: Ask, order: str) -> None:
    headers = {"Idempotency-Key": "one"}
    first = ask(f"/{order}/capture", {"amount": 3000}, **headers)
    again = ask(f"/{order}/capture", {"amount": 3000}, **headers)
    other = ask(f"/{order}/capture", {"amount": 2000}, **headers)

    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(other, 422, "idempotency_key_reused")
    assert len(stage.writes("/capture")) == 1


def test_a_capture_that_was_answered_503_is_finished_under_its_key(
    stage: Stage, ask: Ask, order: str
) -> None:
    mend = stage.cuts(calling("POST", "/capture", moment="after"), times=None)
    failed = ask(f"/{order}/capture", {"amount": 3000}, **{"Idempotency-Key": "one"})
    mend()

    problem(failed, 503, "stripe_unavailable")
    problem(ask(f"/{order}/void"), 409, "capture_in_progress")
    answer = ask(f"/{order}/capture", {"amount": 3000}, **{"Idempotency-Key": "one"})
    assert answer.get_json()["amount_paid"] == 3000


@pytest.mark.parametrize("amount", [0, -1, None, "3000", 30.5, True, 10**30, [3000]])
def test_an_amount_that_is_none_is_refused(
    stage: Stage, ask: Ask, order: str, amount: object
) -> None:
    answer = ask(f"/{order}/capture", {"amount": amount})

    assert answer.status_code == 422
    assert stage.writes("/capture") == []


def test_more_than_is_authorised_is_refused(ask: Ask, order: str) -> None:
    answer = ask(f"/{order}/capture", {"amount": 5001})

    problem(answer, 422, "capture_too_large")


@pytest.mark.parametrize("what", ["capture", "void"])
def test_what_is_not_authorised_is_told_in_words(ask: Ask, what: str) -> None:
    made = ask("", CART | {"flow": "payment_intent", "capture": "manual"}).get_json()

    answer = ask(f"/{made['order']['id']}/{what}")

    assert "nobody has paid yet" in problem(answer, 409, "not_authorized")["detail"]


@pytest.mark.parametrize("what", ["capture", "void"])
def test_only_an_api_key_moves_held_money(
    stage: Stage, client: FlaskClient, order: str, what: str
) -> None:
    answer = client.post(f"/api/v1/orders/{order}/{what}", json={})

    assert answer.status_code == 401
    assert stage.order(order)["amount_capturable"] == 5000


@pytest.mark.parametrize("what", ["capture", "void"])
@pytest.mark.parametrize("name", ["ord_nothing", "..", "ord_" + "A" * 24, "%00"])
def test_an_order_that_is_none_costs_stripe_nothing(
    stage: Stage, ask: Ask, what: str, name: str
) -> None:
    assert ask(f"/{name}/{what}").status_code == 404
    assert stage.calls() == []


def test_capture_is_one_of_two_words_and_a_buyer_has_no_say(ask: Ask, client: FlaskClient) -> None:
    assert locs(ask("", CART | {"capture": "later"}).get_json()) == {"capture"}
    cart = {"items": [{"price": "poster-usd", "quantity": 1}], "capture": "manual"}
    answer = client.post("/api/v1/checkout-sessions", json=cart)
    assert locs(answer.get_json()) == {"capture"}


def test_the_public_answer_says_nothing_of_what_is_held(client: FlaskClient, stage: Stage) -> None:
    bought = stage.prices(capture="manual")
    stage.pays(bought)
    stage.delivers()

    order = client.get(f"/api/v1/checkout-sessions/{bought.session}").get_json()["order"]

    assert order["status"] == "processing"
    assert not {"capture", "amount_capturable", "capture_before"} & set(order)
