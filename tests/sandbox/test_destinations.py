"""Event destinations: thin events, as the SDK reads them, beside the snapshot kind."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import stripe

from tests.sandbox.build import a_session
from tests.sandbox.conftest import World
from tests.support.merchant import Merchant


def made(client: stripe.StripeClient, url: str, **more: Any) -> Any:
    return client.v2.core.event_destinations.create(
        params=cast(
            "Any",
            {
                "name": "thin",
                "type": "webhook_endpoint",
                "event_payload": "thin",
                "enabled_events": ["v1.checkout.session.completed"],
                "webhook_endpoint": {"url": url},
                "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
                **more,
            },
        )
    )


def test_a_destination_gets_the_thin_events_that_it_wants(world: World, receiver: Merchant) -> None:
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": world.url})
    secret = made(client, receiver.url).webhook_endpoint.signing_secret
    session = a_session(client)
    world.pay(session.id)
    world.call("POST", "deliveries/flush")

    (message,) = receiver.got
    told: Any = client.parse_event_notification(
        message.body, message.headers["stripe-signature"], secret
    )
    assert told.type == "v1.checkout.session.completed"
    assert (told.related_object.id, told.related_object.type) == (session.id, "checkout.session")
    assert told.fetch_related_object().payment_status == "paid"
    snapshot = client.v1.events.retrieve(json.loads(message.body)["snapshot_event"])
    assert (snapshot.type, snapshot.pending_webhooks) == ("checkout.session.completed", 0)


def test_destinations_are_listed_without_their_secret(world: World, receiver: Merchant) -> None:
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": world.url})
    one = made(client, receiver.url)

    (listed,) = client.v2.core.event_destinations.list(
        params={"include": ["webhook_endpoint.url", "webhook_endpoint.signing_secret"]}
    ).data

    assert (listed.id, listed.event_payload, listed.status) == (one.id, "thin", "enabled")
    assert listed.webhook_endpoint is not None
    assert listed.webhook_endpoint.url == receiver.url
    assert listed.webhook_endpoint.signing_secret is None


@pytest.mark.parametrize(
    "change", [{"event_payload": "snapshot"}, {"enabled_events": "*"}, {"webhook_endpoint": None}]
)
def test_what_is_not_modelled_is_refused(world: World, change: dict[str, Any]) -> None:
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": world.url})

    with pytest.raises(stripe.StripeError):
        made(client, "http://127.0.0.1:1", **change)


@pytest.mark.parametrize("key", ["pk_test_1", "rk_test_1"])
def test_only_a_secret_key_manages_destinations(world: World, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}

    assert world.raw("GET", "/v2/core/event_destinations", headers=headers).status_code == 403


def test_a_thin_event_is_fetched_whole(world: World, receiver: Merchant) -> None:
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": world.url})
    secret = made(client, receiver.url).webhook_endpoint.signing_secret
    world.pay(a_session(client).id)
    world.call("POST", "deliveries/flush")
    (message,) = receiver.got
    signature = message.headers["stripe-signature"]

    told: Any = client.parse_event_notification(message.body, signature, secret)
    whole: Any = client.v2.core.events.retrieve(told.id)

    assert (whole.id, whole.type) == (told.id, "v1.checkout.session.completed")
    assert whole.related_object.id == told.related_object.id
    about = client.v2.core.events.list(params={"object_id": told.related_object.id})
    assert told.id in [event.id for event in about.data]
    with pytest.raises(stripe.InvalidRequestError):
        client.v2.core.events.retrieve("evt_test_nobody")


def test_a_destination_is_shown_changed_silenced_and_taken_away(
    world: World, receiver: Merchant
) -> None:
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": world.url})
    doors, name = client.v2.core.event_destinations, made(client, receiver.url).id

    changed = doors.update(name, params={"name": "slim", "metadata": {"a": "1"}})
    assert (changed.name, getattr(changed.metadata, "a", None)) == ("slim", "1")
    assert doors.disable(name).status == "disabled"
    world.pay(a_session(client).id)
    world.call("POST", "deliveries/flush")
    assert receiver.got == []
    assert doors.enable(name).status == "enabled"
    doors.delete(name)
    with pytest.raises(stripe.InvalidRequestError):
        doors.retrieve(name)
