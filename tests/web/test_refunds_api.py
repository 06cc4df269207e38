"""Refunds over the API, before a whole Stripe: what is asked, what is refused, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
Ask = Callable[..., TestResponse]


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage, tmp_path, api_keys=KEY).test_client()


@pytest.fixture
def order(stage: Stage) -> Bought:
    """An order of two posters, 50.00 USD, paid."""
    bought = stage.buys(quantity=2)
    stage.pays(bought)
    stage.delivers()
    return bought


@pytest.fixture
def refund(client: FlaskClient, order: Bought) -> Ask:
    def ask(body: Any = None, **headers: str) -> TestResponse:
        headers["Authorization"] = f"Bearer {KEY}"
        return client.post(f"/api/v1/orders/{order.order}/refunds", json=body, headers=headers)

    return ask


def test_a_reason_and_metadata_are_handed_on_to_stripe(stage: Stage, refund: Ask) -> None:
    made = refund({"amount": 1000, "reason": "duplicate", "metadata": {"ticket": "T-7"}})

    assert made.status_code == 201
    body = made.get_json()
    assert (body["amount"], body["currency"]) == (1000, "usd")
    at_stripe = stage.stripe("GET", f"/v1/refunds/{body['id']}")
    assert at_stripe["reason"] == "duplicate"
    assert at_stripe["metadata"]["ticket"] == "T-7"
    assert at_stripe["metadata"]["checkout_request_id"].startswith("mwr_")


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"amount": None}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": "1000"}, "amount"),
        ({"amount": 10.0}, "amount"),
        ({"reason": "regret"}, "reason"),
        ({"metadata": {"checkout_request_id": "x"}}, "metadata"),
        ({"metadata": {"note": "first\nsecond"}}, "metadata.note"),
        ({"metadata": {"no\tte": "first"}}, "metadata"),
        ({"payment_intent": "pi_of_another_order"}, "payment_intent"),
    ],
)
def test_what_is_asked_wrongly_never_reaches_stripe(
    stage: Stage, refund: Ask, body: Any, loc: str
) -> None:
    assert locs(problem(refund(body), 422, "invalid_input")) == {loc}
    assert stage.writes("/v1/refunds") == []


def test_without_an_amount_all_that_is_left_goes_back(refund: Ask) -> None:
    assert refund({"amount": 1000}).get_json()["amount"] == 1000
    assert refund().get_json()["amount"] == 4000
    problem(refund({"amount": 1}), 422, "refund_too_large")


def test_what_stripe_refuses_is_told_with_stripes_own_word(
    stage: Stage, refund: Ask, order: Bought
) -> None:
    intent = stage.order(order)["payment_intent"]
    stage.stripe("POST", "/v1/refunds", payment_intent=intent)  # in the dashboard, unheard of here

    refused = problem(refund(), 409, "refund_refused")

    assert refused["stripe_code"] == "charge_already_refunded"
    assert "already been refunded" in refused["detail"]
    stage.sweeps()
    assert stage.order(order)["status"] == "refunded"


def test_a_disputed_payment_is_not_refunded(stage: Stage, refund: Ask, order: Bought) -> None:
    stage.control("POST", f"payment_intents/{stage.order(order)['payment_intent']}/dispute")
    stage.delivers()

    told = problem(refund(), 409, "charge_disputed")

    assert "stripe_code" not in told
    assert "Answer the dispute" in told["detail"]
    assert stage.writes("/v1/refunds") == []


def test_a_dispute_that_nobody_told_us_of_is_heard_from_stripe(
    stage: Stage, refund: Ask, order: Bought
) -> None:
    stage.control("POST", f"payment_intents/{stage.order(order)['payment_intent']}/dispute")

    problem(refund(), 409, "charge_disputed")

    stage.drops()
    stage.sweeps()
    assert stage.order(order)["status"] == "disputed"


def test_what_hangs_on_an_order_is_shown_in_depth(
    stage: Stage, client: FlaskClient, order: Bought
) -> None:
    intent = stage.order(order)["payment_intent"]
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute")
    stage.delivers()

    headers = {"Authorization": f"Bearer {KEY}"}
    shown = client.get(f"/api/v1/orders/{order.order}", headers=headers).get_json()

    assert (shown["status"], shown["amount_charged_back"]) == ("disputed", 0)
    (told,) = shown["disputes"]
    assert (told["id"], told["kind"], told["status"]) == (
        dispute["id"],
        "dispute",
        "needs_response",
    )
    assert told["due_by"].endswith("Z")
    assert told["reason"]
