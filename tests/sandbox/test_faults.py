"""The fault dial: each kind of trouble, its probability, and what stays behind."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import a_session, an_intent, session_params
from tests.sandbox.conftest import World
from tests.support.merchant import Merchant

SESSIONS = "/v1/checkout/sessions"


def fault(world: World, kind: str, **more: Any) -> None:
    rule = {"method": "POST", "path": SESSIONS, "kind": kind, **more}
    world.call("PUT", "faults", {"seed": 1, "api": [rule]})


def made(world: World) -> int:
    world.call("DELETE", "faults")
    return len(world.raw("GET", f"{SESSIONS}?limit=100").json()["data"])


@pytest.mark.parametrize(("kind", "left"), [("error_500", 0), ("commit_then_500", 1)])
def test_an_error_with_and_without_a_trace(
    client: stripe.StripeClient, world: World, kind: str, left: int
) -> None:
    fault(world, kind)

    with pytest.raises(stripe.APIError) as caught:
        a_session(client)

    assert caught.value.http_status == 500
    assert made(world) == left


@pytest.mark.parametrize(("kind", "left"), [("reset", 0), ("commit_then_reset", 1)])
def test_a_cut_connection_with_and_without_a_trace(
    client: stripe.StripeClient, world: World, kind: str, left: int
) -> None:
    fault(world, kind)

    with pytest.raises(stripe.APIConnectionError):
        a_session(client)

    assert made(world) == left


def test_commit_then_reset_gives_the_same_session_to_a_retry(world: World) -> None:
    fault(world, "commit_then_reset", probability=0.6)
    patient = world.client(retries=20)

    session = patient.v1.checkout.sessions.create(
        params=session_params(), options={"idempotency_key": "key_1"}
    )

    assert session.status == "open"
    assert made(world) == 1


def test_a_rate_limit_is_429_and_says_when(client: stripe.StripeClient, world: World) -> None:
    fault(world, "rate_limit")

    with pytest.raises(stripe.RateLimitError) as caught:
        a_session(client)

    assert caught.value.headers is not None
    assert caught.value.headers["Retry-After"] == "1"
    assert made(world) == 0


def test_a_timeout_answers_nothing(world: World) -> None:
    fault(world, "timeout")

    with pytest.raises(requests.Timeout):
        requests.post(
            world.url + SESSIONS, timeout=1, headers={"Authorization": "Bearer sk_test_1"}
        )

    assert made(world) == 0


def test_probability_and_seed_are_kept(world: World) -> None:
    def draw() -> list[int]:
        world.call("PUT", "faults", {"seed": 7, "api": [{"kind": "error_500", "probability": 0.3}]})
        return [world.raw("GET", "/v1/events").status_code for _ in range(60)]

    first, second = draw(), draw()

    assert first == second
    assert 8 <= first.count(500) <= 28


def test_only_the_named_path_and_method_suffer(client: stripe.StripeClient, world: World) -> None:
    fault(world, "error_500")

    assert an_intent(client).status == "requires_payment_method"
    assert client.v1.checkout.sessions.list().data == []


def test_latency_slows_every_call(client: stripe.StripeClient, world: World) -> None:
    world.call("PUT", "faults", {"latency_ms": 400})
    began = time.monotonic()

    client.v1.events.list()

    assert time.monotonic() - began >= 0.4


def test_a_limit_per_second_lets_only_so_many_through(world: World) -> None:
    world.call("PUT", "faults", {"rate_limit_per_second": 25})
    statuses = [world.raw("GET", "/v1/events?limit=1").status_code for _ in range(40)]

    assert statuses[:25] == [200] * 25
    assert 429 in statuses
    time.sleep(1.05)
    assert world.raw("GET", "/v1/events").status_code == 200


def test_altered_fields_show_in_answers_lists_and_events(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    session = a_session(client)
    alter = {"path": f"{SESSIONS}/", "fields": {"amount_total": 1, "metadata.order_id": "ord_9"}}
    world.call("PUT", "faults", {"alter": alter})
    world.pay(session.id)
    world.call("POST", "deliveries/flush")

    shown = client.v1.checkout.sessions.retrieve(session.id)
    listed = client.v1.checkout.sessions.list().data[0]
    event = client.v1.events.list(params={"type": "checkout.session.completed"}).data[0]
    for one in (shown.to_dict(), listed.to_dict(), event.data.object):
        assert (one["amount_total"], one["metadata"]["order_id"]) == (1, "ord_9")
    sent = [m.body for m in receiver.got if b'"checkout.session.completed"' in m.body]
    assert b'"amount_total": 1,' in sent[0]
    world.call("DELETE", "faults")
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 1500


def test_a_stale_list_does_not_yet_show_what_is_new(
    client: stripe.StripeClient, world: World
) -> None:
    old, intent = a_session(client), an_intent(client)
    world.call("POST", "clock", {"advance": 120})
    new = a_session(client)
    rule = {"kind": "stale_list", "path": SESSIONS, "seconds": 60}
    world.call("PUT", "faults", {"api": [rule, {"kind": "error_500", "path": f"{SESSIONS}/"}]})

    sessions = client.v1.checkout.sessions
    assert [one.id for one in sessions.list().data] == [old.id]
    assert [one.id for one in sessions.list(params={"status": "open"}).data] == [old.id]
    assert [one.id for one in client.v1.payment_intents.list().data] == [intent.id]
    with pytest.raises(stripe.APIError):  # the other rule has its turn
        sessions.retrieve(new.id)
    world.call("PUT", "faults", {"api": [rule]})
    assert sessions.retrieve(new.id).id == new.id

    world.call("POST", "clock", {"advance": 60})

    assert [one.id for one in sessions.list().data] == [new.id, old.id]


@pytest.mark.parametrize(
    "plan",
    [
        {"api": [{"kind": "plague"}]},
        {"api": "all"},
        {"api": [1]},
        {"api": [{"kind": "stale_list"}]},
        {"api": [{"kind": "stale_list", "seconds": "x"}]},
        {"api": [{"kind": "stale_list", "seconds": -1}]},
        {"api": [{"kind": "stale_list", "seconds": 5, "method": "POST"}]},
        {"api": [{"kind": "error_500", "seconds": 5}]},
        {"latency_ms": "slow"},
        {"latency_ms": None},
        {"webhooks": []},
        {"webhooks": {"delay_ms": 5}},
        {"webhooks": {"drop": "x"}},
        {"alter": {"path": 1}},
        {"rate_limit_per_second": "x"},
        {"seed": []},
        {"seed": 1.5},
        {"rate_limit_per_second": 0.5},
        {"webhooks": {"delay_ms": [5, 1]}},
        {"webhooks": {"duplicate": 1.5}},
        {"api": [{"kind": "error_500", "method": "FOO"}]},
        {"api": [{"kind": "error_500", "method": ""}]},
        {"api": [{"kind": "error_500", "path": "v1/refunds"}]},
        {"alter": {"path": "v1/refunds", "fields": {"status": "failed"}}},
        {"nonsense": 1},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(world: World, plan: Any) -> None:
    answer = world.raw("PUT", "/_sandbox/faults", json=plan)

    assert answer.status_code == 400
