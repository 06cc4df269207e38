"""Many callers at once, some of them hanging: nobody waits for somebody else."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import stripe

from tests.sandbox.build import a_session, an_intent, pay_intent
from tests.sandbox.conftest import World
from tests.support.merchant import Merchant, Says

KEY = {"Authorization": "Bearer sk_test_1"}
SESSIONS = "/v1/checkout/sessions"
HANG = {"api": [{"method": "POST", "path": SESSIONS, "kind": "timeout", "probability": 1}]}


def test_sixty_four_at_once_are_all_served(client: stripe.StripeClient, world: World) -> None:
    def buy(_turn: int) -> tuple[str, str]:
        session = a_session(client)
        return session.id, world.pay(session.id)["payment_status"]

    with ThreadPoolExecutor(64) as crowd:
        bought = list(crowd.map(buy, range(128)))

    assert len({name for name, _ in bought}) == 128
    assert {status for _, status in bought} == {"paid"}


def events(world: World) -> Any:
    """List the events, with less patience than a hanging call asks for."""
    with requests.Session() as http:
        http.trust_env = False
        answer = http.get(f"{world.url}/v1/events", headers=KEY, timeout=60)
    return answer.json()["data"]


def test_calls_that_hang_stop_nobody_even_when_their_callers_have_given_up(world: World) -> None:
    world.call("PUT", "faults", HANG)

    def give_up(_turn: int) -> None:
        with requests.Session() as http:
            http.trust_env = False
            with pytest.raises(requests.Timeout):
                http.post(f"{world.url}{SESSIONS}", headers=KEY, timeout=0.3)

    with ThreadPoolExecutor(60) as crowd:
        waiting = [crowd.submit(give_up, turn) for turn in range(600)]  # more than have a thread
        assert events(world) == []
        for one in waiting:
            one.result()
    assert events(world) == []


def test_a_reset_is_a_reset(world: World) -> None:
    world.call("PUT", "faults", {"api": [{"kind": "reset", "probability": 1}]})
    place = urlsplit(world.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=60) as plain:
        plain.sendall(
            b"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_1\r\n\r\n"
        )
        with pytest.raises(ConnectionResetError):
            plain.recv(1)


def test_two_endpoints_at_one_address_are_both_served(
    client: stripe.StripeClient, world: World, receiver: Merchant
) -> None:
    for _ in range(2):
        client.v1.webhook_endpoints.create(params={"url": receiver.url, "enabled_events": ["*"]})
    an_intent(client)
    world.call("POST", "deliveries/flush")

    (event,) = client.v1.events.list(params={"delivery_success": True}).data
    assert event.pending_webhooks == 0
    assert len(receiver.got) == 2


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_nothing_more_is_tried_at_an_endpoint_that_is_gone(
    client: stripe.StripeClient, world: World, receiver: Merchant, how: str
) -> None:
    receiver.says(Says(500))
    endpoint = client.v1.webhook_endpoints.create(
        params={"url": receiver.url, "enabled_events": ["payment_intent.succeeded"]}
    )
    pay_intent(client, an_intent(client).id)
    world.call("POST", "deliveries/flush")
    if how == "disabled":
        client.v1.webhook_endpoints.update(endpoint.id, params={"disabled": True})
    else:
        client.v1.webhook_endpoints.delete(endpoint.id)

    world.call("POST", "clock", {"advance": 3600})
    world.call("POST", "deliveries/flush")

    assert len(receiver.got) == 1
