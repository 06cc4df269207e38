"""Whose an order is: a customer of the merchant's, one kept by e-mail, or nobody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
EMAIL = "ada@example.com"
CART = {"items": [{"name": "Table", "unit_amount": 5000, "currency": "usd", "quantity": 1}]}
KEPT = {"customer": "by_email", "customer_email": EMAIL}
CHOICE = {"items": [{"price": "poster-usd", "quantity": 1}]}
FLOWS = pytest.mark.parametrize("flow", ["checkout_session", "payment_intent"])
SIGNED = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def pages(stage: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage, tmp_path, api_keys=KEY).test_client()


@pytest.fixture
def post(pages: FlaskClient) -> Any:
    def post(path: str, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
        return pages.post(f"/api/v1/{path}", json=body, headers=headers)

    return post


def bought(stage: Stage, post: Any, **more: Any) -> Any:
    made = post("orders", CART | more, SIGNED).get_json()
    stage.pays(made["id"], **({"email": EMAIL} if made["id"].startswith("cs_") else {}))
    stage.delivers()
    return stage.order(made["order"]["id"])


@FLOWS
def test_a_customer_that_is_named_is_the_orders(stage: Stage, post: Any, flow: str) -> None:
    customer = stage.stripe("POST", "/v1/customers", email=EMAIL)["id"]

    order = bought(stage, post, customer=customer, flow=flow)

    assert order["customer"]["id"] == customer


@FLOWS
def test_a_customer_by_email_is_kept_and_found_again(stage: Stage, post: Any, flow: str) -> None:
    first = bought(stage, post, flow=flow, **KEPT)

    again = bought(stage, post, flow=flow, **KEPT)

    assert again["customer"]["id"] == first["customer"]["id"] != None  # noqa: E711
    assert again["customer_email"] == EMAIL


@FLOWS
def test_a_customer_that_stripe_does_not_have_is_told_in_its_words(
    stage: Stage, post: Any, flow: str
) -> None:
    answer = post("orders", CART | {"customer": "cus_nobody", "flow": flow}, SIGNED)

    told = problem(answer, 422, "session_refused")
    assert told["stripe_code"] == "resource_missing"
    assert "cus_nobody" in told["detail"]


@pytest.mark.parametrize("path", ["checkout-sessions", "payment-intents"])
@pytest.mark.parametrize("customer", ["by_email", "cus_1", None])
@pytest.mark.parametrize("headers", [{}, SIGNED])
def test_a_buyers_route_knows_no_customers(
    stage: Stage, post: Any, path: str, customer: str | None, headers: dict[str, str]
) -> None:
    body = CHOICE | {"customer_email": EMAIL, "customer": customer}

    answer = post(path, body, headers)

    assert "customer" in locs(problem(answer, 422, "invalid_input"))
    assert stage.wire.calls == []


def test_nobody_without_a_key_asks_for_a_customer(stage: Stage, post: Any) -> None:
    problem(post("orders", CART | KEPT), 401, "unauthorized")
    assert stage.wire.calls == []


@pytest.mark.parametrize("path", ["checkout-sessions", "payment-intents"])
def test_a_stranger_with_a_customers_address_sees_nothing_of_theirs(
    stage: Stage, post: Any, path: str
) -> None:
    kept = bought(stage, post, **KEPT)["customer"]["id"]
    stage.forget_calls()

    made = post(path, CHOICE | {"customer_email": EMAIL})

    assert made.status_code == 201
    assert kept not in made.get_data(as_text=True)
    assert all("customer" not in call.params for call in stage.writes())


@FLOWS
@pytest.mark.parametrize("whose", [KEPT, {"customer": "named"}])
def test_an_orders_id_opens_no_customers_page(
    stage: Stage, post: Any, pages: FlaskClient, flow: str, whose: dict[str, str]
) -> None:
    if "customer_email" not in whose:
        whose = {"customer": stage.stripe("POST", "/v1/customers", email=EMAIL)["id"]}
    made = post("orders", CART | {"flow": flow} | whose, SIGNED).get_json()
    order = made["order"]["id"]
    path = "checkout-sessions" if flow == "checkout_session" else "payment-intents"

    problem(post(path, {"order": order}), 401, "unauthorized")
    assert post(path, {"order": order}, SIGNED).status_code == 201
    for told in (
        pages.get(f"/checkout/cancel?order={order}"),
        pages.post("/checkout", data={"order": order}),
        pages.get(f"/pay?order={order}"),
    ):
        assert told.status_code < 400
        assert "/pay/" not in told.headers.get("Location", "")
        assert made["id"] not in told.get_data(as_text=True) + told.headers.get("Location", "")


def test_the_portal_opens_for_a_customer_that_was_kept(stage: Stage, post: Any) -> None:
    order = bought(stage, post, **KEPT)
    back = {"return_url": f"{stage.settings.public_base_url}/account"}

    assert post(f"orders/{order['id']}/portal-sessions", back, SIGNED).status_code == 201


@pytest.mark.parametrize(
    "more",
    [
        {"customer": "by_email"},
        {"customer": "by_email", "customer_email": None},
        KEPT | {"customer_email": "nobody"},
        KEPT | {"session": {"customer": "cus_1"}},
        KEPT | {"session": {"customer_account": "acct_1"}},
        KEPT | {"session": {"customer_creation": "if_required"}},
        {"customer": "BY_EMAIL", "customer_email": EMAIL},
        {"customer": "by_email\n", "customer_email": EMAIL},
        {"customer": "cus_1/../../v1/balance"},
        {"customer": ["by_email"], "customer_email": EMAIL},
    ],
)
def test_what_names_nobody_or_two_is_refused_before_anything_is_asked(
    stage: Stage, post: Any, more: dict[str, Any]
) -> None:
    problem(post("orders", CART | more, SIGNED), 422, "invalid_input")
    assert stage.wire.calls == []
