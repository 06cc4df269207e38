"""A thin and a snapshot endpoint of one account, side by side: every change is told twice over."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.support.running_stack import http, side_by_side, until
from tests.support.service import WEBHOOK_SECRET, Service
from tests.support.stack import Sandbox

from .conftest import MakeStack

pytestmark = pytest.mark.long  # the short version: tests/use_cases/settle/test_thin_events.py
ORDERS = 300
KINDS = ["checkout.session.completed", "payment_intent.succeeded"]


def thin_endpoint(sandbox: Sandbox) -> str:
    """Have the same events sent thinly, to the same address; return what they are signed with."""
    body = {
        "name": "thin",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": [f"v1.{kind}" for kind in KINDS],
        "webhook_endpoint": {"url": f"http://127.0.0.1:{sandbox.webhook_port}/webhooks/stripe"},
        "include": ["webhook_endpoint.signing_secret"],
    }
    answer = http().post(
        f"{sandbox.url}/v2/core/event_destinations",
        json=body,
        headers={"Authorization": "Bearer sk_test_drill"},
        timeout=60,
    )
    answer.raise_for_status()
    return str(answer.json()["webhook_endpoint"]["signing_secret"])


def event_types(service: Service) -> Counter[str]:
    """Count the events that were kept, by type."""
    counted: Counter[str] = Counter()
    cursor: str | None = ""
    while cursor is not None:
        more = ("--cursor", cursor) if cursor else ()
        page = json.loads(service.flask("events", "list", "--json", "--limit", "100", *more))
        counted.update(event["type"] for event in page["data"])
        cursor = page["next_cursor"]
    return counted


def test_thin_and_snapshot_events_of_the_same_orders_are_one_message_each(
    sandbox: Sandbox, make_stack: MakeStack
) -> None:
    secret = thin_endpoint(sandbox)
    stack = make_stack(STRIPE_WEBHOOK_SECRET=f"{WEBHOOK_SECRET},{secret}")
    stack.faults(seed=3, webhooks={"shuffle": True, "duplicate": 1, "delay_ms": [0, 500]})

    bought = side_by_side(stack.buy, range(ORDERS))
    side_by_side(stack.pay, bought)

    until(lambda: len(stack.paid_messages()) == ORDERS, what="every order told")
    sandbox.call("POST", "deliveries/flush")
    types = event_types(stack.services[0])
    for kind in KINDS:
        assert types[kind] == types[f"v1.{kind}"] == ORDERS
    assert set(stack.paid_messages().values()) == {1}
    for one in bought:
        order = stack.order(one)
        assert (order["status"], order["fulfilled"]) == ("paid", True)
        assert sum(entry["reason"] == "fulfilled" for entry in order["trail"]) == 1
    assert stack.server_errors() == 0
