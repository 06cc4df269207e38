"""The database's primary is killed under load, its synchronous standby takes over."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.support.databases import migrate
from tests.support.failover import Pair, pair
from tests.support.merchant import SECRET, Merchant
from tests.support.running_stack import Bought, Stack, until
from tests.support.stack import Sandbox, StartService

pytestmark = pytest.mark.long  # in short: tests/storage/test_outage.py
BUYERS, UNNOTICED, AFTER = 4, 3, 12  # threads, and seconds


@pytest.fixture
def servers() -> Iterator[Pair]:
    with pair() as two:
        yield two


@pytest.fixture
def database_url(servers: Pair) -> str:
    with psycopg.connect(servers.primary.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    url = servers.url("shop")
    migrate(url)
    return url


@dataclass
class Load:
    """Buyers who buy and pay, one thing after another; a refusal is tried again, same key."""

    stack: Stack
    bought: list[tuple[float, Bought]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        while not self.over.is_set():
            one = self._buy()
            if one is not None:
                self.bought.append((time.time(), one))
                self.stack.pay(one)

    def _buy(self) -> Bought | None:
        body = {"items": [{"price": "poster-usd", "quantity": 1}]}
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        while not self.over.is_set():
            path = "/api/v1/checkout-sessions"
            answer = self.stack.request("POST", path, json=body, headers=headers)
            data = answer.json()
            if answer.status_code == 201:
                return Bought(data["order"]["id"], data["id"], 2500)
            self.refused[data["code"]] += 1
            assert float(answer.headers["Retry-After"]) > 0
            time.sleep(0.2)
        return None


def test_a_standby_takes_over_and_nothing_acknowledged_is_lost(
    sandbox: Sandbox, start_service: StartService, merchant: Merchant, servers: Pair
) -> None:
    service = start_service(
        worker=True,
        WEB_THREADS="16",
        SWEEP_INTERVAL_SECONDS="2",
        NOTIFY_URL=merchant.url,
        NOTIFY_SECRET=SECRET,
        NOTIFY_ALLOW_PRIVATE="1",
    )
    stack = Stack(sandbox, [service], merchant)
    load = Load(stack)
    buyers = [threading.Thread(target=load.go_on) for _ in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    until(lambda: len(_told(stack)) > 2 * BUYERS, what="a shop that sells")
    killed = time.time()
    servers.primary.kill()
    time.sleep(UNNOTICED)
    servers.promote()
    promoted = time.time()
    time.sleep(AFTER)
    load.over.set()
    for buyer in buyers:
        buyer.join()

    orders = {one.order: at for at, one in load.bought}
    until(lambda: _told(stack) == set(orders), what="one message for every order")
    deliveries = stack.sandbox.call("GET", "deliveries")["data"]
    taken = {row["event"]: _at(row["at"]) for row in deliveries if row["status"] == 200}
    assert len([at for at in orders.values() if at < killed]) >= BUYERS
    assert len([at for at in taken.values() if at < killed]) >= BUYERS
    assert set(orders) <= _kept(servers, "SELECT id FROM orders")
    assert set(taken) <= _kept(servers, "SELECT id FROM inbox_events")
    for _, one in load.bought:
        order = stack.order(one)
        assert (order["status"], order["fulfilled"]) == ("paid", True)
        assert sum(entry["reason"] == "fulfilled" for entry in order["trail"]) == 1
    messages = stack.paid_messages()
    assert len(messages) == len(orders)
    # A try that died with the primary may have left its key, held for a moment.
    known = {"database_unavailable", "stripe_unavailable", "idempotency_in_progress"}
    assert set(load.refused) <= known
    sold, heard = (
        min(at for at in times.values() if at > promoted) - promoted for times in (orders, taken)
    )
    print(
        f"{len(orders)} orders, {len(taken)} events acknowledged, 0 lost; down for "
        f"{promoted - killed:.1f} s; after the promotion first sale {sold:.1f} s, first event "
        f"{heard:.1f} s; {load.refused.total()} tries refused {dict(load.refused)}; "
        f"{messages.total() - len(messages)} messages sent twice, under the same id"
    )
    assert max(sold, heard) < 10


def _told(stack: Stack) -> set[str]:
    bodies = (json.loads(got.body) for got in list(stack.merchant.got))
    return {body["data"]["order"]["id"] for body in bodies if body["type"] == "order.paid"}


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _kept(servers: Pair, question: str) -> set[str]:
    """Ask the new primary itself."""
    shop = urlunsplit(urlsplit(servers.standby.url)._replace(path="/shop"))
    with psycopg.connect(shop) as connection:
        return {row[0] for row in connection.execute(question.encode())}
