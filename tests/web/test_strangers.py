"""What strangers can do to each other, over the whole product: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import problem

CART = {"items": [{"price": "poster-usd", "quantity": 1}]}
KEY = {"Idempotency-Key": "a-key-that-somebody-overheard"}
SESSIONS, INTENTS = "/api/v1/checkout-sessions", "/api/v1/payment-intents"
Posts = Callable[..., TestResponse]


@pytest.fixture
def make_posts(stage: Stage, tmp_path: Path) -> Callable[..., Posts]:
    def make(**settings: Any) -> Posts:
        client: FlaskClient = app_on(stage, tmp_path, **settings).test_client()

        def posts(path: str, body: Any = CART, by: str = "192.0.2.1", **headers: str) -> Any:
            environ = {"REMOTE_ADDR": by}
            return client.post(path, json=body, environ_base=environ, headers=headers)

        return posts

    return make


def opened(stage: Stage, path: str = "/v1/checkout/sessions") -> int:
    return len([call for call in stage.calls() if (call.method, call.path) == ("POST", path)])


@pytest.mark.parametrize("path", [SESSIONS, INTENTS])
def test_an_overheard_key_and_cart_bring_nothing_of_the_buyers(
    make_posts: Callable[..., Posts], path: str
) -> None:
    posts = make_posts()
    buyer = posts(path, **KEY).get_json()
    thief = posts(path, by="192.0.2.2", **KEY).get_json()
    again = posts(path, **KEY)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json()["id"] == buyer["id"]
    for name in ("id", "url", "client_secret"):
        assert name not in buyer or thief[name] != buyer[name]
    assert thief["order"]["id"] != buyer["order"]["id"]


def test_a_shared_budget_is_spent_by_what_reaches_stripe_alone(
    stage: Stage, make_posts: Callable[..., Posts]
) -> None:
    posts = make_posts(create_rate_limit="1 per hour")
    wrong = {"items": [{"price": "poster-usd", "quantity": 1}, {"price": "mug-eur", "quantity": 1}]}
    for n in range(60):
        assert posts(SESSIONS, wrong, by=f"198.51.100.{n}").status_code == 422
    assert not opened(stage)

    statuses = [posts(SESSIONS, by=f"203.0.113.{n}").status_code for n in range(25)]

    assert statuses == [201] * 20 + [429] * 5
    assert opened(stage) == 20
    with stage.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM orders").scalar() == 20


def test_another_try_at_an_order_is_counted_when_it_opens_another_session(
    stage: Stage, make_posts: Callable[..., Posts]
) -> None:
    posts = make_posts(create_rate_limit="2 per hour")
    order = stage.buys().order
    for n in range(45):
        assert posts(SESSIONS, {"order": order}, by=f"198.51.100.{n}").status_code == 201
    assert opened(stage) == 1

    for n in range(40):
        posts(SESSIONS, by=f"203.0.113.{n}")
    closed = posts(f"{SESSIONS}/{stage.order(order)['checkout_session']}/expire", None, by="::1")
    refused = posts(SESSIONS, {"order": order}, by="198.51.101.1")

    assert closed.get_json()["status"] == "expired"
    problem(refused, 429, "too_many_requests")
    assert opened(stage) == 41
