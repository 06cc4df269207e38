"""What monitors ask."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Stage
from tests.web.asserts import problem
from tests.web.conftest import MakeApp
from tests.web.trouble import no_database


def test_being_alive_touches_nothing(client: FlaskClient, shop: Stage) -> None:
    with no_database(shop):
        assert client.get("/healthz").get_json() == {"status": "alive"}
    assert not shop.calls()


def test_who_is_ready_says_so(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_being_ready_names_what_is_not(client: FlaskClient, shop: Stage) -> None:
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of another release'")

    assert "migrations" in problem(client.get("/readyz"), 503, "not_ready")["detail"]


def test_metrics_are_hidden_until_a_token_is_set(client: FlaskClient) -> None:
    problem(client.get("/metrics"), 404, "not_found")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer ", "Bearer wrong", "m-token", "Basic m-token"]
)
def test_metrics_need_their_token(make_app: MakeApp, authorization: str) -> None:
    client = make_app(metrics_token="m-token").test_client()

    response = client.get("/metrics", headers={"Authorization": authorization})

    problem(response, 401, "unauthorized")
    assert response.headers["WWW-Authenticate"].lower() == "bearer"


def test_metrics_count_by_endpoint_and_never_by_path(make_app: MakeApp) -> None:
    client = make_app(metrics_token="m-token").test_client()
    client.get("/api/v1/checkout-sessions/cs_test_canary")

    text = client.get("/metrics", headers={"Authorization": "Bearer m-token"}).get_data(
        as_text=True
    )

    assert 'endpoint="checkout_sessions.confirm_checkout_session"' in text
    assert "canary" not in text


def test_metrics_are_told_while_the_database_is_away(make_app: MakeApp, shop: Stage) -> None:
    client = make_app(metrics_token="m-token").test_client()

    with no_database(shop):
        told = client.get("/metrics", headers={"Authorization": "Bearer m-token"})

    assert told.status_code == 200
    assert "checkout_database_up 0.0" in told.get_data(as_text=True)
    assert "checkout_held_orders" not in told.get_data(as_text=True)
