"""What monitors ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.asserts import problem
from tests.web.fakes import FakeShop


def test_being_alive_touches_nothing(client: FlaskClient, shop: FakeShop) -> None:
    shop.failure = RuntimeError("everything is down")

    assert client.get("/healthz").get_json() == {"status": "alive"}


def test_being_ready_names_what_is_not(client: FlaskClient, shop: FakeShop) -> None:
    assert client.get("/readyz").status_code == 200

    shop.missing = ["migrations"]

    assert "migrations" in problem(client.get("/readyz"), 503, "not_ready")["detail"]


def test_metrics_are_hidden_until_a_token_is_set(client: FlaskClient) -> None:
    problem(client.get("/metrics"), 404, "not_found")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer ", "Bearer wrong", "m-token", "Basic m-token"]
)
def test_metrics_need_their_token(make_app: Callable[..., Flask], authorization: str) -> None:
    client = make_app(metrics_token="m-token").test_client()

    response = client.get("/metrics", headers={"Authorization": authorization})

    problem(response, 401, "unauthorized")
    assert response.headers["WWW-Authenticate"].lower() == "bearer"


def test_metrics_count_by_endpoint_and_never_by_path(make_app: Callable[..., Flask]) -> None:
    client = make_app(metrics_token="m-token").test_client()
    client.get("/api/v1/checkout-sessions/cs_test_canary")

    text = client.get("/metrics", headers={"Authorization": "Bearer m-token"}).get_data(
        as_text=True
    )

    assert 'endpoint="checkout_sessions.confirm_checkout_session"' in text
    assert "canary" not in text


def test_metrics_are_told_while_the_database_is_away(make_app: Callable[..., Flask]) -> None:
    client = make_app(metrics_token="m-token").test_client()

    told = client.get("/metrics", headers={"Authorization": "Bearer m-token"})

    assert told.status_code == 200
    assert "checkout_database_up 0.0" in told.get_data(as_text=True)
    assert "checkout_held_orders" not in told.get_data(as_text=True)
