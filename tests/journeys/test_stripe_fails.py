"""Stripe slow, down, refusing or lying about it: nothing is lost, and one session an order."""

from __future__ import annotations

import functools
import secrets
from typing import Any

import pytest

from tests.support.running_shop import POSTER, Shop
from tests.support.running_stack import side_by_side, until

# One kind of database is enough here: the drills race creates on both.
pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], scope="session")
SESSIONS = "/v1/checkout/sessions"


def fails(shop: Shop, kind: str, probability: float = 1.0, method: str = "POST") -> None:
    rule = {"method": method, "path": SESSIONS, "kind": kind, "probability": probability}
    shop.faults(seed=7, api=[rule])


@pytest.mark.parametrize("kind", ["error_500", "rate_limit", "reset", "commit_then_reset"])
def test_the_same_key_recovers_the_same_order(shop: Shop, kind: str) -> None:
    key = secrets.token_hex(16)
    fails(shop, kind)
    refused = shop.create(POSTER, key=key)
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "stripe_unavailable"
    assert int(refused.headers["Retry-After"]) >= 1

    shop.no_faults()
    session = shop.create(POSTER, key=key).json()

    assert session["status"] == "open"
    assert len(shop.sessions_of(session["order"]["id"], status="open")) == 1
    assert shop.create(POSTER, key=key).json()["id"] == session["id"]
    shop.pays(session["id"])
    shop.fulfils_once(session["id"])


def test_a_session_made_behind_an_error_is_found_at_once(shop: Shop) -> None:
    """Stripe replays a 500 under its key for ever: the session is found by listing instead."""
    fails(shop, "commit_then_500")

    session = shop.open()

    (found,) = shop.sessions_of(session["order"]["id"])
    assert found["id"] == session["id"]


@pytest.mark.parametrize("kind", ["error_500", "commit_then_reset"])
def test_the_same_form_recovers_the_same_order(shop: Shop, kind: str) -> None:
    token = shop.token()
    fails(shop, kind)
    refused = shop.press_buy(token)
    assert refused.status_code == 503
    assert "nothing is lost" in refused.text
    assert f'value="{token}"' in refused.text
    assert "Retry-After" in refused.headers

    shop.no_faults()
    places = {shop.press_buy(token).headers["Location"] for _ in range(2)}

    (place,) = places
    session = place.rsplit("/", 1)[-1]
    order = shop.confirm(session)["order"]["id"]
    assert len(shop.sessions_of(order, status="open")) == 1


def test_pressing_buy_at_once_is_one_order_and_one_session(shop: Shop) -> None:
    token = shop.token()

    answers = side_by_side(lambda _: shop.press_buy(token), range(6), threads=6)

    (place,) = {answer.headers["Location"] for answer in answers}
    session = place.rsplit("/", 1)[-1]
    assert len(shop.sessions_of(shop.confirm(session)["order"]["id"])) == 1


def test_a_stripe_that_takes_ten_seconds_hides_nothing(shop: Shop) -> None:
    """The page may give up first; then the same form finds what Stripe made meanwhile."""
    token = shop.token()
    shop.faults(latency_ms=10_000)
    slow = shop.press_buy(token)
    assert slow.status_code in (303, 503)
    assert shop.request("GET", "/healthz").elapsed.total_seconds() < 2
    shop.no_faults()

    place = _pressed_until_open(shop, token)

    session = place.rsplit("/", 1)[-1]
    order = shop.confirm(session)["order"]["id"]
    assert len(shop.sessions_of(order, status="open")) == 1


def test_a_stripe_that_hangs_is_given_up_and_the_same_key_works_later(shop: Shop) -> None:
    key = secrets.token_hex(16)
    fails(shop, "timeout")
    hung = shop.create(POSTER, key=key)
    assert hung.status_code == 503
    assert hung.elapsed.total_seconds() < 30

    shop.no_faults()
    session = shop.create(POSTER, key=key).json()

    assert len(shop.sessions_of(session["order"]["id"], status="open")) == 1


@pytest.mark.parametrize("kind", ["error_500", "rate_limit", "reset"])
def test_a_return_while_stripe_is_down_asks_for_patience(shop: Shop, kind: str) -> None:
    session = shop.open()["id"]
    shop.faults(
        api=[{"method": "GET", "path": "/v1/", "kind": kind, "probability": 1.0}],
        webhooks={"drop": 1.0},
    )
    shop.pays(session)

    assert shop.success_page(session) == "unpaid"
    waiting = shop.request("GET", f"/api/v1/checkout-sessions/{session}")
    assert (waiting.status_code, waiting.json()["final"]) == (200, False)
    assert int(waiting.headers["Retry-After"]) >= 1

    shop.no_faults()
    until(lambda: shop.confirm(session)["final"], what="paid after all")
    shop.fulfils_once(session)


def test_creates_at_once_under_one_key_while_answers_are_lost_are_one_session(shop: Shop) -> None:
    fails(shop, "commit_then_reset", 0.3)
    for _ in range(5):
        key = secrets.token_hex(16)
        made = side_by_side(functools.partial(_created, shop), [key] * 5, threads=5)
        assert len({one["url"] for one in made}) == 1
        assert len(shop.sessions_of(made[0]["order"]["id"], status="open")) == 1


def _created(shop: Shop, key: str) -> Any:
    answers: list[Any] = []

    def created() -> bool:
        answers.append(shop.create(POSTER, key=key))
        assert answers[-1].status_code in (201, 409, 503), answers[-1].text
        assert answers[-1].status_code == 201 or "Retry-After" in answers[-1].headers
        return bool(answers[-1].status_code == 201)

    until(created, what="a session")
    return answers[-1].json()


def _pressed_until_open(shop: Shop, token: str) -> str:
    places: list[str] = []

    def opened() -> bool:
        answer = shop.press_buy(token)
        places.append(answer.headers.get("Location", ""))
        return bool(answer.status_code == 303)

    until(opened, what="the payment page")
    return places[-1]
