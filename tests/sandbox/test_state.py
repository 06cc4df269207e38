"""What the sandbox remembers, forgets, and stands: restarts and crowds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import stripe

from tests.sandbox.build import a_session, an_intent
from tests.sandbox.conftest import World
from tests.support.merchant import Merchant, Says
from tests.support.ports import free_port
from tests.support.processes import answers, start

Start = Callable[[], World]


@pytest.fixture
def start_world(tmp_path: Path, receiver: Merchant) -> Iterator[Start]:
    """Start a sandbox on one file again and again, with a webhook of its own."""
    running: list[World] = []

    def launch() -> World:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = ["stripe_sandbox", "--port", str(port), "--database", str(tmp_path / "db")]
        command += ["--webhook", receiver.url, "--webhook-secret", "whsec_first"]
        log = tmp_path / "log"
        world = World(start(command, env={}, log=log, ready=answers(f"{url}/")), url, 0)
        world.wrong = []
        running.append(world)
        return world

    yield launch
    running[-1].close()


def test_everything_survives_a_restart(start_world: Start, receiver: Merchant) -> None:
    receiver.says(Says(500))
    before = start_world()
    before.call("POST", "clock", {"advance": 1000})
    options: Any = {"idempotency_key": "key_1"}
    intent = before.client().v1.payment_intents.create(
        params={"amount": 500, "currency": "usd"}, options=options
    )
    session = a_session(before.client())
    before.call("POST", "deliveries/flush")
    before.close()
    receiver.says(Says(204))

    after = start_world()

    client = after.client()
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 1500
    assert client.v1.checkout.sessions.line_items.list(session.id).data[0].quantity == 1
    again = client.v1.payment_intents.create(
        params={"amount": 500, "currency": "usd"}, options=options
    )
    assert again.id == intent.id
    assert after.call("POST", "clock", {"advance": 0})["offset"] == 1000
    after.call("POST", "deliveries/flush")
    assert after.events()[0]["pending_webhooks"] == 0
    assert after.pay(session.id)["payment_status"] == "paid"
    assert after.wrong == []


def test_a_rolled_secret_signs_beside_the_first(start_world: Start, receiver: Merchant) -> None:
    world = start_world()
    second = world.call("POST", "webhook_secret/roll")["secret"]
    an_intent(world.client())
    world.call("POST", "deliveries/flush")

    message = receiver.got[0]
    for secret in ("whsec_first", second):
        stripe.WebhookSignature.verify_header(
            message.body.decode(), message.headers["stripe-signature"], secret
        )
    third = world.call("POST", "webhook_secret/roll", {"secret": "whsec_third"})["secret"]
    assert third == "whsec_third"


def test_reset_forgets_everything(client: stripe.StripeClient, world: World) -> None:
    options: Any = {"idempotency_key": "key_1"}
    params: Any = {"amount": 500, "currency": "usd"}
    first = client.v1.payment_intents.create(params=params, options=options)
    world.call("PUT", "faults", {"latency_ms": 5000})
    world.call("POST", "clock", {"advance": 5000})

    world.call("POST", "reset")

    assert world.events() == []
    assert world.call("POST", "clock", {"advance": 0})["offset"] == 0
    assert [row["path"] for row in world.call("GET", "requests")["data"]] == ["/v1/events"]
    assert world.call("GET", "deliveries") == {"data": []}
    assert client.v1.payment_intents.create(params=params, options=options).id != first.id


def begun(world: World, path: str) -> socket.socket:
    """Ask for something, and do not wait for the answer."""
    place = urlsplit(world.url)
    client = socket.create_connection((place.hostname, place.port), timeout=60)
    key = "Authorization: Bearer sk_test_1"
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n{key}\r\n\r\n".encode())
    return client


def test_calls_that_hang_stop_nobody(world: World) -> None:
    rule = {"path": "/v1/payment_links", "kind": "timeout"}
    world.call("PUT", "faults", {"api": [rule]})
    headers = {"Authorization": "Bearer sk_test_1"}
    made: list[int] = []
    barrier = threading.Barrier(48)

    def work() -> None:
        with requests.Session() as http:
            http.trust_env = False
            barrier.wait()
            for _ in range(3):
                data = {"amount": "500", "currency": "usd"}
                url = f"{world.url}/v1/payment_intents"
                made.append(http.post(url, data=data, headers=headers, timeout=60).status_code)

    threads = [threading.Thread(target=work) for _ in range(48)]
    with ExitStack() as open_ones:
        hanging = [open_ones.enter_context(begun(world, "/v1/payment_links")) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert select(hanging, [], [], 0)[0] == []  # they were there all the time

    assert made == [200] * 144
    assert len(world.events()) == 144


def test_one_session_is_paid_once_however_many_pay(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client)
    statuses: list[int] = []

    def pay() -> None:
        url = f"{world.url}/_sandbox/checkout/sessions/{session.id}/pay"
        statuses.append(requests.post(url, json={}, timeout=60, proxies={"http": ""}).status_code)

    threads = [threading.Thread(target=pay) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] + [400] * 11
    assert world.event_types().count("checkout.session.completed") == 1
