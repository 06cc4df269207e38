"""Webhooks as Stripe sends them: signed anew at each attempt, retried, disturbed at will."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_session, an_intent, pay_intent
from tests.sandbox.conftest import World
from tests.support.merchant import Got, Merchant, Says
from tests.support.sdk_schemas import check_resource

RETRY_SECONDS = 60


def event_of(message: Got, secret: str) -> Any:
    """Check the signature with the SDK and give the event."""
    header = message.headers["stripe-signature"]
    stripe.WebhookSignature.verify_header(message.body.decode(), header, secret, tolerance=60)
    event = json.loads(message.body)
    assert check_resource(event) == []
    return event


def stamp(message: Got) -> str:
    return message.headers["stripe-signature"].split(",")[0]


def flush(world: World) -> None:
    assert world.call("POST", "deliveries/flush") == {"flushed": True}


def wait_and_pass(world: World, seconds: int) -> None:
    """Let a second of real time pass, so that a new signature differs, and move the clock."""
    time.sleep(1.05)
    world.call("POST", "clock", {"advance": seconds})
    flush(world)


def test_every_event_arrives_signed_and_in_order(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    session = a_session(client)
    world.pay(session.id)
    flush(world)

    events = [event_of(message, secret) for message in receiver.got]
    assert sorted(event["type"] for event in events) == sorted(world.event_types())
    told = next(e for e in events if e["type"] == "checkout.session.completed")
    assert told["data"]["object"]["payment_status"] == "paid"
    assert told["pending_webhooks"] == 1
    assert "line_items" not in told["data"]["object"]
    for message in receiver.got:
        assert message.headers["content-type"] == "application/json; charset=utf-8"
        assert b'{\n  "id"' in message.body
        assert ",v0=" in message.headers["stripe-signature"]
        with pytest.raises(stripe.SignatureVerificationError):
            event_of(message, "whsec_other")


def test_a_failure_is_tried_again_with_a_fresh_signature(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    receiver.says(Says(500), Says(204))
    an_intent(client)
    flush(world)
    failing = client.v1.events.list(params={"delivery_success": False}).data
    assert [event.type for event in failing] == ["payment_intent.created"]
    assert failing[0].pending_webhooks == 1

    wait_and_pass(world, RETRY_SECONDS)

    first, second = receiver.got
    assert event_of(first, secret)["id"] == event_of(second, secret)["id"]
    assert stamp(first) != stamp(second)
    assert client.v1.events.list(params={"delivery_success": False}).data == []
    delivered = client.v1.events.list(params={"delivery_success": True}).data
    assert delivered[0].pending_webhooks == 0
    rows = world.call("GET", "deliveries")["data"]
    assert [(row["attempt"], row["status"]) for row in rows] == [(1, 500), (2, 204)]
    assert set(rows[0]) == {"at", "event", "type", "attempt", "status", "url"}


@pytest.mark.parametrize(
    "answer", [Says(302, {"Location": "/elsewhere"}), Says(404), Says(reset=True), Says(400)]
)
def test_only_a_2xx_is_a_success(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str, answer: Says
) -> None:
    receiver.says(answer)
    an_intent(client)
    flush(world)

    assert len(receiver.got) == 1
    assert len(client.v1.events.list(params={"delivery_success": False}).data) == 1


def test_retries_go_on_for_three_days_and_then_end(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    receiver.says(Says(503))
    an_intent(client)
    flush(world)
    for _ in range(14):
        world.call("POST", "clock", {"advance": 86_400})
        flush(world)

    assert len(receiver.got) == 10


def test_a_dropped_webhook_is_a_failed_attempt(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    world.call("PUT", "faults", {"webhooks": {"drop": 1}})
    an_intent(client)
    flush(world)

    assert receiver.got == []
    assert world.call("GET", "deliveries")["data"][0]["status"] == 0
    assert len(client.v1.events.list(params={"delivery_success": False}).data) == 1
    world.call("DELETE", "faults")
    world.call("POST", "clock", {"advance": RETRY_SECONDS})
    flush(world)
    assert len(receiver.got) == 1


def test_copies_and_twins(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    world.call("PUT", "faults", {"webhooks": {"duplicate": 2, "twin": 1}})
    intent = an_intent(client)
    flush(world)

    events = [event_of(message, secret) for message in receiver.got]
    assert len(events) == 6
    assert len({event["id"] for event in events}) == 2
    assert {event["data"]["object"]["id"] for event in events} == {intent.id}


def test_shuffled_webhooks_come_in_another_order(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    # Held back so long that a busy machine makes the twelfth before the first is sent.
    webhooks = {"shuffle": True, "delay_ms": [0, 2_000]}
    world.call("PUT", "faults", {"seed": 4, "webhooks": webhooks})
    made = [an_intent(client).id for _ in range(12)]
    time.sleep(2)
    flush(world)

    got = [event_of(message, secret)["data"]["object"]["id"] for message in receiver.got]
    assert sorted(got) == sorted(made)
    assert got != made


def test_webhooks_can_be_held_back(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    world.call("PUT", "faults", {"webhooks": {"delay_ms": [600, 600]}})
    an_intent(client)
    flush(world)
    assert receiver.got == []

    time.sleep(0.9)

    assert len(receiver.got) == 1


def test_an_event_can_be_sent_once_more(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    an_intent(client)
    event = world.events()[0]

    world.call("POST", f"events/{event['id']}/resend")
    flush(world)

    assert [event_of(message, secret)["id"] for message in receiver.got] == [event["id"]] * 2


def test_an_endpoint_hears_only_what_it_wants_while_it_is_enabled(
    client: stripe.StripeClient, world: World, receiver: Merchant
) -> None:
    endpoint = client.v1.webhook_endpoints.create(
        params={"url": receiver.url, "enabled_events": ["payment_intent.succeeded"]}
    )
    pay_intent(client, an_intent(client).id)
    flush(world)
    assert len(receiver.got) == 1
    shown = client.v1.webhook_endpoints.retrieve(endpoint.id)
    assert "secret" not in shown
    assert [one.id for one in client.v1.webhook_endpoints.list().data] == [endpoint.id]

    changed = client.v1.webhook_endpoints.update(endpoint.id, params={"disabled": True})
    assert changed.status == "disabled"
    pay_intent(client, an_intent(client).id)
    flush(world)
    assert len(receiver.got) == 1
    assert client.v1.webhook_endpoints.delete(endpoint.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.retrieve(endpoint.id)


@pytest.mark.parametrize(
    "params",
    [
        {"enabled_events": ["*"]},
        {"url": "https://shop.test/hook"},
        {"url": "shop", "enabled_events": ["*"]},
        {"url": "https://shop.test/hook", "enabled_events": "all"},
    ],
)
def test_a_wrong_endpoint_is_refused(client: stripe.StripeClient, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.create(params=params)


def test_the_hosted_page_waits_for_the_shops_answer(
    client: stripe.StripeClient, world: World, receiver: Merchant
) -> None:
    client.v1.webhook_endpoints.create(
        params={"url": receiver.url, "enabled_events": ["checkout.session.completed"]}
    )
    receiver.says(Says(204, wait=1.0))
    session = a_session(client)
    began = time.monotonic()

    answer = world.raw(
        "POST",
        f"/c/pay/{session.id}",
        data={"email": "a@b.test", "method": "card", "number": "4242 4242 4242 4242"},
    )

    assert time.monotonic() - began >= 1.0
    assert answer.headers["Location"] == f"https://shop.test/done?session_id={session.id}"
