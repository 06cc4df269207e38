"""A way into Stripe's customer portal, for the customer of an order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from checkout_service.storage.tables import idempotency_keys
from tests.support.databases import KEYS
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
SIGNED = {"Authorization": f"Bearer {KEY}"}
CART = {"items": [{"name": "Table", "unit_amount": 5000, "currency": "usd", "quantity": 1}]}
BACK = {"return_url": f"{KEYS['PUBLIC_BASE_URL']}/account"}


@pytest.fixture
def ask(stage: Stage, tmp_path: Path) -> Any:
    client = app_on(stage, tmp_path, api_keys=KEY).test_client()

    def ask(path: str, body: Any, **headers: str) -> TestResponse:
        return client.post(f"/api/v1/orders{path}", json=body, headers=headers)

    return ask


def bought(stage: Stage, ask: Any, **more: Any) -> str:
    made = ask("", CART | more, **SIGNED).get_json()
    stage.pays(made["id"])
    stage.delivers()
    name: str = made["order"]["id"]
    return name


def test_the_customer_of_an_order_finds_into_the_portal(stage: Stage, ask: Any) -> None:
    customer = stage.stripe("POST", "/v1/customers", email="ada@example.com")["id"]
    order = bought(stage, ask, customer=customer)

    answer = ask(f"/{order}/portal-sessions", BACK, **SIGNED)

    assert answer.status_code == 201
    assert "/p/session/bps_" in answer.get_json()["url"]
    asked = stage.wire.calls[-1]
    assert asked.path == "/v1/billing_portal/sessions"
    assert asked.params == {"customer": customer} | BACK


def test_a_guest_has_no_portal(stage: Stage, ask: Any) -> None:
    order = bought(stage, ask)
    calls = len(stage.wire.calls)

    problem(ask(f"/{order}/portal-sessions", BACK, **SIGNED), 409, "no_customer")
    assert len(stage.wire.calls) == calls


@pytest.mark.parametrize(
    "body", [{}, {"return_url": "https://evil.example/"}, {"return_url": None}, BACK | {"x": 1}]
)
def test_the_way_back_is_the_shops_own(stage: Stage, ask: Any, body: dict[str, Any]) -> None:
    answer = ask(f"/{bought(stage, ask)}/portal-sessions", body, **SIGNED)

    assert locs(problem(answer, 422, "invalid_input"))


def test_only_a_key_opens_it_and_only_for_an_order_that_there_is(stage: Stage, ask: Any) -> None:
    order = bought(stage, ask)

    problem(ask(f"/{order}/portal-sessions", BACK), 401, "unauthorized")
    problem(ask("/ord_nothere/portal-sessions", BACK, **SIGNED), 404, "not_found")


def test_what_stripe_does_not_answer_can_be_asked_again(stage: Stage, ask: Any) -> None:
    customer = stage.stripe("POST", "/v1/customers", email="ada@example.com")["id"]
    order = bought(stage, ask, customer=customer)
    rule = {"method": "POST", "path": "/v1/billing_portal", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})

    problem(ask(f"/{order}/portal-sessions", BACK, **SIGNED), 503, "stripe_unavailable")
    stage.control("DELETE", "faults")
    assert ask(f"/{order}/portal-sessions", BACK, **SIGNED).status_code == 201


def test_a_key_asks_stripe_once_more_under_its_own_and_the_url_is_not_kept(
    stage: Stage, ask: Any
) -> None:
    customer = stage.stripe("POST", "/v1/customers", email="ada@example.com")["id"]
    path = f"/{bought(stage, ask, customer=customer)}/portal-sessions"
    headers = SIGNED | {"Idempotency-Key": "ada's portal"}
    first = ask(path, BACK, **headers)

    again = ask(path, BACK, **headers)

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.get_json() == first.get_json()
    keys = [call.key for call in stage.wire.calls if call.path == "/v1/billing_portal/sessions"]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    with stage.engine.connect() as connection:
        kept = connection.execute(select(idempotency_keys.c.body)).scalars()
        assert all(b"bps_" not in bytes(body or b"") for body in kept)


def test_a_key_of_another_way_back_is_refused(stage: Stage, ask: Any) -> None:
    customer = stage.stripe("POST", "/v1/customers", email="ada@example.com")["id"]
    path = f"/{bought(stage, ask, customer=customer)}/portal-sessions"
    headers = SIGNED | {"Idempotency-Key": "ada's portal"}
    ask(path, BACK, **headers)

    other = ask(path, {"return_url": BACK["return_url"] + "/cards"}, **headers)

    problem(other, 422, "idempotency_key_reused")
