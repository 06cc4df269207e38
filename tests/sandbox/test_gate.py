"""The entrance of the API: keys, versions, idempotency, the log of calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_session, an_intent, session_params
from tests.sandbox.conftest import World

MADE = {"amount": "500", "currency": "usd"}


def test_a_repeated_key_gets_the_first_answer(client: stripe.StripeClient) -> None:
    first, second = (
        client.v1.checkout.sessions.create(
            params=session_params(), options={"idempotency_key": "key_1"}
        )
        for _ in range(2)
    )

    assert first.id == second.id
    assert second.last_response is not None
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_key_is_for_the_same_parameters_only(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "key_1"}
    client.v1.checkout.sessions.create(params=session_params(), options=options)

    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.checkout.sessions.create(params=session_params(900), options=options)

    assert caught.value.http_status == 400


def test_a_key_lives_a_day(client: stripe.StripeClient, world: World) -> None:
    options: Any = {"idempotency_key": "key_1"}
    first = client.v1.payment_intents.create(
        params={"amount": 500, "currency": "usd"}, options=options
    )
    world.call("POST", "clock", {"advance": 25 * 3600})

    second = client.v1.payment_intents.create(
        params={"amount": 600, "currency": "usd"}, options=options
    )

    assert first.id != second.id


def test_a_key_is_anew_a_day_after_its_first_use(world: World) -> None:
    def made() -> str:
        answer = world.raw(
            "POST", "/v1/payment_intents", data=MADE, headers={"Idempotency-Key": "key_1"}
        )
        name: str = answer.json()["id"]
        return name

    first = made()
    world.call("POST", "clock", {"advance": 24 * 3600 - 60})
    assert made() == first  # a repeat does not make it live longer
    world.call("POST", "clock", {"advance": 60})

    second = made()

    assert second != first
    assert made() == second


@pytest.mark.parametrize(("kind", "left"), [("error_500", 0), ("commit_then_500", 1)])
def test_a_500_is_replayed_under_its_key_whatever_it_left(
    world: World, kind: str, left: int
) -> None:
    rule = {"method": "POST", "path": "/v1/payment_intents", "kind": kind}
    world.call("PUT", "faults", {"api": [rule]})
    headers = {"Idempotency-Key": "key_1"}
    first = world.raw("POST", "/v1/payment_intents", data=MADE, headers=headers)
    world.call("DELETE", "faults")

    again = world.raw("POST", "/v1/payment_intents", data=MADE, headers=headers)

    assert (first.status_code, again.status_code) == (500, 500)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert len(world.raw("GET", "/v1/payment_intents").json()["data"]) == left
    world.call("POST", "clock", {"advance": 24 * 3600})
    after = world.raw("POST", "/v1/payment_intents", data=MADE, headers=headers)
    assert after.status_code == 200


def test_a_decline_and_a_500_are_replayed_but_a_refusal_is_not(
    client: stripe.StripeClient, world: World
) -> None:
    intent = an_intent(client)
    options: Any = {"idempotency_key": "confirm_1"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(
                intent.id, params={"payment_method": "pm_card_chargeDeclined"}, options=options
            )
    assert world.event_types().count("payment_intent.payment_failed") == 1

    fault = {"path": "/v1/payment_intents", "kind": "error_500"}
    world.call("PUT", "faults", {"api": [fault]})
    for _ in range(2):
        answer = world.raw(
            "POST", "/v1/payment_intents", data=MADE, headers={"Idempotency-Key": "key_500"}
        )
        assert answer.status_code == 500
        world.call("DELETE", "faults")

    wrong = world.raw(
        "POST", "/v1/payment_intents", data={"amount": "5"}, headers={"Idempotency-Key": "key_400"}
    )
    right = world.raw(
        "POST", "/v1/payment_intents", data=MADE, headers={"Idempotency-Key": "key_400"}
    )
    assert (wrong.status_code, right.status_code) == (400, 200)


def test_a_key_in_use_is_409(world: World) -> None:
    world.call("PUT", "faults", {"latency_ms": 700})
    statuses: list[int] = []

    def create() -> None:
        answer = world.raw(
            "POST", "/v1/payment_intents", data=MADE, headers={"Idempotency-Key": "key_1"}
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 409, 409]
    world.call("DELETE", "faults")
    assert len(world.raw("GET", "/v1/payment_intents").json()["data"]) == 1


def test_a_key_has_at_most_255_characters(world: World) -> None:
    answer = world.raw(
        "POST", "/v1/payment_intents", data=MADE, headers={"Idempotency-Key": "x" * 256}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "pk_live_1", "", "sk_test", "nonsense"])
def test_live_and_foreign_keys_are_refused(world: World, key: str) -> None:
    answer = world.raw("GET", "/v1/events", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "live_1" not in answer.text


def test_basic_authorization_is_taken_as_well(world: World) -> None:
    headers = {"Authorization": "Basic c2tfdGVzdF8xOg=="}

    assert world.raw("GET", "/v1/events", headers=headers).status_code == 200


def test_a_restricted_key_reads_sessions_links_and_intents_only(
    client: stripe.StripeClient, world: World
) -> None:
    session, intent = a_session(client), an_intent(client)
    reader = world.client("rk_test_reader")

    assert reader.v1.checkout.sessions.retrieve(session.id).id == session.id
    assert reader.v1.checkout.sessions.line_items.list(session.id).data
    assert reader.v1.checkout.sessions.list().data
    assert reader.v1.payment_links.list().data == []
    assert reader.v1.payment_intents.retrieve(intent.id).id == intent.id
    forbidden: dict[str, Callable[[], object]] = {
        "rak_checkout_session_write": lambda: a_session(reader),
        "rak_payment_intent_write": lambda: an_intent(reader),
        "rak_event_read": reader.v1.events.list,
        "rak_charge_read": reader.v1.charges.list,
    }
    for permission, act in forbidden.items():
        with pytest.raises(stripe.PermissionError, match=permission) as caught:
            act()
        assert caught.value.http_status == 403
        assert "rk_test_reader" not in str(caught.value)


def test_a_publishable_key_makes_no_sessions(world: World) -> None:
    with pytest.raises(stripe.PermissionError):
        a_session(world.client("pk_test_1"))


def test_every_answer_names_itself_and_its_version(world: World) -> None:
    pinned = world.raw("GET", "/v1/events")
    older = world.raw("GET", "/v1/nothing", headers={"Stripe-Version": "2025-01-27.acacia"})

    assert pinned.headers["Stripe-Version"] == "2026-10-28.endive"
    assert older.headers["Stripe-Version"] == "2025-01-27.acacia"
    assert older.status_code == 404
    names = {pinned.headers["Request-Id"], older.headers["Request-Id"]}
    assert len(names) == 2
    assert all(name.startswith("req_") for name in names)


def test_every_call_is_logged(client: stripe.StripeClient, world: World) -> None:
    a_session(client)
    with pytest.raises(stripe.AuthenticationError):
        world.client("sk_live_1").v1.events.list()

    rows = world.call("GET", "requests")["data"]

    assert [(row["method"], row["path"], row["status"]) for row in rows] == [
        ("POST", "/v1/checkout/sessions", 200),
        ("GET", "/v1/events", 401),
    ]
    assert rows[0]["key_kind"] == "sk"
    assert rows[0]["idempotency_key"]
    assert rows[0]["stripe_version"] == "2026-10-28.endive"
    assert datetime.fromisoformat(rows[0]["at"]).tzinfo is not None
    assert len(rows[0]["at"]) == len("2026-01-01T00:00:00.000Z")


def test_browsers_of_any_origin_may_call(client: stripe.StripeClient, world: World) -> None:
    path = f"/v1/payment_intents/{an_intent(client).id}"
    asked = {
        "Origin": "https://shop.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }

    preflight = world.raw("OPTIONS", path, headers=asked)
    answer = world.raw("GET", path, headers={"Origin": "https://shop.test"})

    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    for given in (preflight, answer):
        assert given.headers["Access-Control-Allow-Origin"] == "*"


def test_an_organisations_key_must_say_whose_account_it_means(world: World) -> None:
    key = {"Authorization": "Bearer sk_org_test_1"}

    lost = world.raw("GET", "/v1/events", headers=key)
    named = world.raw("GET", "/v1/events", headers=key | {"Stripe-Context": "acct_1"})
    own = world.raw("GET", "/v1/events", headers={"Stripe-Context": "acct_1"})

    assert (lost.status_code, named.status_code, own.status_code) == (400, 200, 403)
    assert "Stripe-Context header" in lost.json()["error"]["message"]
    logged = [row["stripe_context"] for row in world.call("GET", "requests")["data"]]
    assert logged == [None, "acct_1", "acct_1"]
