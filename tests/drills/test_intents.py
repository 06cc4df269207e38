"""Webhook and return page race for intents; and no client secret stays anywhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from tests.support.running_stack import KEY, Stack, http, side_by_side, until

from .conftest import MakeStack

SHORT_ON = "postgresql"

SELECT_ALL = sql.SQL("SELECT * FROM {}")
TURNS = 4
CARD = {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/"}


def test_webhook_and_return_page_race_and_no_secret_stays(
    make_stack: MakeStack, full: bool
) -> None:
    stack = make_stack()
    orders = 100 if full else 8
    intents = side_by_side(lambda turn: _create(stack, turn), range(orders), threads=8)

    def live(intent: Any) -> None:
        """Pay; the webhook is on its way while the buyer comes back in several tabs."""
        _pay(stack, intent)
        query = f"payment_intent={intent['id']}"
        with_secret = f"{query}&payment_intent_client_secret={intent['client_secret']}"
        paths = [
            f"/pay/complete?{with_secret}", f"/pay/complete?{query}",
            f"/api/v1/payment-intents/{intent['id']}", f"/orders/{intent['order']['id']}",
        ]  # fmt: skip
        for turn, path in enumerate(paths):
            answer = stack.request("GET", path, service=turn, headers=KEY if turn % 2 else {})
            assert answer.status_code in {200, 303}, answer.text
            assert "_secret_" not in answer.text
            assert "_secret_" not in str(answer.headers)

    side_by_side(live, intents, threads=8)
    until(lambda: len(stack.paid_messages()) == orders, what=f"{orders} paid messages")

    for intent in intents:
        answer = stack.request("GET", f"/api/v1/orders/{intent['order']['id']}", headers=KEY)
        order = answer.json()
        assert (order["status"], order["fulfilled"]) == ("paid", True)
        assert sum(entry["reason"] == "fulfilled" for entry in order["trail"]) == 1
        assert "_secret_" not in answer.text
    assert set(stack.paid_messages().values()) == {1}
    assert stack.server_errors() == 0
    listed = stack.request("GET", "/api/v1/orders?limit=100", headers=KEY).text
    dump = _dump(stack.services[0].env["DATABASE_URL"])
    assert "payment_intent.succeeded" in dump  # bodies of events are read as text here
    assert '"client_secret": null' in dump
    told = b"".join(got.body for got in stack.merchant.got).decode()
    logs = "".join(service.logs for service in stack.services)
    for place in (listed, told, logs, dump):
        assert place
        assert "_secret_" not in place


def test_creates_at_once_for_one_order_are_one_intent(make_stack: MakeStack) -> None:
    stack = make_stack()
    fault = {"method": "POST", "path": "/v1/payment_intents", "probability": 0.3}
    stack.faults(api=[fault | {"kind": kind} for kind in ("commit_then_reset", "commit_then_500")])

    def press(turn: int) -> None:
        """Five at once under one key, then five retries of the order: one intent in the end."""
        made = side_by_side(lambda n: _create(stack, turn, service=n), range(5), threads=5)
        (order,) = {one["order"]["id"] for one in made}
        body = {"order": order}
        again = side_by_side(lambda n: _create(stack, n, body, service=n), range(5), threads=5)
        assert len({one["id"] for one in [*made, *again]}) == 1
        assert len({one["client_secret"] for one in [*made, *again]}) == 1

    side_by_side(press, range(TURNS), threads=2)

    stack.no_faults()
    listed = stack.stripe("/v1/payment_intents", limit=100)["data"]
    orders = [intent["metadata"]["order_id"] for intent in listed]
    assert len(orders) == len(set(orders)) == TURNS


def _create(stack: Stack, turn: int, body: Any = None, *, service: int = 0) -> Any:
    """Create under the turn's key, again and again until the service says how it went."""
    cart = {"items": [{"price": "poster-usd", "quantity": turn % 5 + 1}]}
    headers = {} if body else {"Idempotency-Key": f"turn-{turn}-of-the-same-order"}

    def ask() -> Any:
        return stack.request(
            "POST", "/api/v1/payment-intents", service=service, json=body or cart, headers=headers
        )

    answers: list[Any] = []

    def opened() -> bool:
        answers.append(ask())
        assert answers[-1].status_code in {201, 409, 503}, answers[-1].text
        return bool(answers[-1].status_code == 201)

    until(opened, what="an intent")
    return answers[-1].json()


def _pay(stack: Stack, intent: Any) -> None:
    """Confirm as Stripe.js does."""
    answer = http().post(
        f"{stack.sandbox.url}/v1/payment_intents/{intent['id']}/confirm",
        data=CARD | {"client_secret": intent["client_secret"]},
        headers={"Authorization": f"Bearer {intent['publishable_key']}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text


def _dump(url: str) -> str:
    """Return every row of every table as one text."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            every = [connection.execute(f'SELECT * FROM "{n}"').fetchall() for (n,) in names]  # noqa: S608 - its own names
        return "\n".join(str(row) for table in every for row in table)
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        rows = [
            connection.execute(SELECT_ALL.format(sql.Identifier(name))).fetchall()
            for (name,) in tables
        ]
    return "\n".join(str(row) for table in rows for row in table)
