"""What a merchant's backend hands through to Stripe's page with one order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
CART = {"items": [{"name": "Table", "unit_amount": 5000, "currency": "usd", "quantity": 1}]}


def create(stage: Stage, tmp_path: Path, **more: Any) -> TestResponse:
    client = app_on(stage, tmp_path, api_keys=KEY).test_client()
    headers = {"Authorization": f"Bearer {KEY}"}
    return client.post("/api/v1/orders", json=CART | more, headers=headers)


def asked(stage: Stage) -> dict[str, str]:
    calls = [call for call in stage.wire.calls if call.path == "/v1/checkout/sessions"]
    return dict(calls[-1].params)


def test_what_is_handed_through_is_asked_of_stripe_beside_what_is_ours(
    stage: Stage, tmp_path: Path
) -> None:
    session = {
        "metadata": {"channel": "fair"},
        "payment_intent_data": {"metadata": {"hall": "7"}, "setup_future_usage": "off_session"},
    }

    answer = create(stage, tmp_path, session=session, metadata={"seller": "Ada"})

    assert answer.status_code == 201
    params, order = asked(stage), answer.get_json()["order"]["id"]
    assert params["metadata[channel]"] == "fair"
    assert params["metadata[seller]"] == "Ada"
    assert params["metadata[order_id]"] == order
    assert params["payment_intent_data[metadata][hall]"] == "7"
    assert params["payment_intent_data[metadata][order_id]"] == order
    assert params["payment_intent_data[setup_future_usage]"] == "off_session"


def test_an_order_with_a_capture_of_its_own_hands_through_as_well(
    stage: Stage, tmp_path: Path
) -> None:
    session = {"payment_intent_data": {"description": "A table"}}

    assert create(stage, tmp_path, session=session, capture="manual").status_code == 201
    assert asked(stage)["payment_intent_data[capture_method]"] == "manual"
    assert asked(stage)["payment_intent_data[description]"] == "A table"


def test_a_customer_and_a_discount_are_named_by_the_backend(stage: Stage, tmp_path: Path) -> None:
    customer = stage.stripe("POST", "/v1/customers", email="ada@example.com")["id"]
    coupon = stage.stripe("POST", "/v1/coupons", percent_off=20, duration="once")["id"]

    made = create(stage, tmp_path, customer=customer, discounts=[{"coupon": coupon}]).get_json()
    stage.pays(made["id"])
    stage.delivers()

    order = stage.order(made["order"]["id"])
    assert (order["status"], order["holds"]) == ("paid", [])
    assert (order["amount_paid"], order["amount_discount"]) == (4000, 1000)
    assert asked(stage)["customer"] == customer
    assert asked(stage)["expand[0]"] == "line_items"


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"session": {"line_items": []}}, "session.line_items"),
        ({"session": {"success_url": "https://x.test"}}, "session.success_url"),
        ({"session": {"metadata": {"order_id": "ord_1"}}}, "session.metadata.order_id"),
        ({"session": {"phone_number_collection": {"enable": True}}},
         "session.phone_number_collection.enable"),
        ({"session": {"subscription_data": {}}}, "session.subscription_data"),
        ({"session": {"metadata": {"channel": "fair\x00"}}}, "session.metadata.channel"),
        ({"session": {"metadata": {"channel": "fair\x9b31m"}}}, "session.metadata.channel"),
        ({"session": {"metadata": {"chan\x7fnel": "fair"}}}, "session.metadata"),
        ({"session": {"custom_text": {"submit": {"message": "a\x1b[2J"}}}},
         "session.custom_text.submit.message"),
        ({"session": {"payment_intent_data": {"metadata": {"hall": "\x85"}}}},
         "session.payment_intent_data.metadata.hall"),
        ({"discounts": [{"coupon": "a\x80"}]}, "discounts.0.coupon"),
        ({"session": {"locale": "de"}, "flow": "payment_intent"}, "session"),
        ({"discounts": [{"coupon": "a"}], "flow": "payment_intent"}, "discounts"),
        ({"customer": "cus_1", "customer_email": "a@b.example"}, "customer_email"),
        ({"customer": "ada"}, "customer"),
        ({"discounts": [{}]}, "discounts.0"),
        ({"discounts": [{"coupon": "a", "promotion_code": "b"}]}, "discounts.0"),
        ({"customer": "cus_1", "session": {"customer": "cus_2"}}, ""),
        ({"discounts": [{"coupon": "a"}], "allow_promotion_codes": True}, "allow_promotion_codes"),
    ],
)  # fmt: skip
def test_what_cannot_be_handed_through_is_named_and_nothing_is_opened(
    stage: Stage, tmp_path: Path, more: dict[str, Any], where: str
) -> None:
    answer = create(stage, tmp_path, **more)

    found = locs(problem(answer, 422, "invalid_input"))
    assert where in found
    assert "session" in more or "session" not in found
    assert stage.wire.calls == []


def test_what_stripe_itself_refuses_is_told_in_its_words(stage: Stage, tmp_path: Path) -> None:
    answer = create(stage, tmp_path, discounts=[{"coupon": "no-such-coupon"}])

    told = problem(answer, 422, "session_refused")
    assert told["stripe_code"] == "resource_missing"
    assert "no-such-coupon" in told["detail"]


def test_nobody_without_a_key_hands_anything_through(stage: Stage, tmp_path: Path) -> None:
    client = app_on(stage, tmp_path, api_keys=KEY).test_client()
    body = {"items": [{"price": "poster-usd", "quantity": 1}], "session": {"submit_type": "book"}}

    answer = client.post("/api/v1/checkout-sessions", json=body)

    assert "session" in locs(problem(answer, 422, "invalid_input"))
