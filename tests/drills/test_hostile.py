"""Hostile requests from one seed: no answer of 5xx, no traceback, no growth, no effect."""

from __future__ import annotations

import os
import secrets
import time

from sqlalchemy import create_engine, text

from tests.support.hostile.corpus import hostile_requests
from tests.support.memory import memory_of
from tests.support.running_stack import http
from tests.support.service import WEBHOOK_SECRET, Service
from tests.support.stack import StartService

from .attackers import attack, honest_event, say, statuses_in
from .crowd import in_its_own_loop

SHORT_ON = "sqlite"
WARM_UP = 0.1  # of all requests; memory grows until every path was taken once
MOST_GROWTH = 50 * 1024 * 1024
LIMITS = {"CREATE_RATE_LIMIT": "10000000 per minute", "POLL_RATE_LIMIT": "10000000 per minute"}


def test_hostile_requests_break_nothing(
    start_service: StartService, full: bool, database_url: str
) -> None:
    count = 100_000 if full else 2_000
    seed = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    print(f"SEED={seed}, {count} requests")
    web = start_service(**LIMITS, ALLOWED_ORIGINS="https://site.example")
    requests = hostile_requests(seed, count, secret=WEBHOOK_SECRET)
    port, warm_up = int(web.env["PORT"]), int(count * WARM_UP)

    began = time.monotonic()
    first = in_its_own_loop(attack(port, (next(requests) for _ in range(warm_up))))
    before = memory_of(web)
    rest = in_its_own_loop(attack(port, requests))
    growth = memory_of(web) - before

    print(f"{time.monotonic() - began:.0f} s, grown by {growth / 1024 / 1024:.1f} MB")
    print(sorted((first.statuses + rest.statuses).items()))
    print(sorted((first.kinds + rest.kinds).items()))
    assert sum(first.kinds.values()) + sum(rest.kinds.values()) == count
    broken = first.broken + rest.broken
    assert not broken, "\n".join(broken[:20])
    assert "Traceback" not in web.logs
    assert '"level": "error"' not in web.logs
    assert growth < MOST_GROWTH
    assert_serves(web)
    assert paid_orders(database_url) == 0


def assert_serves(web: Service) -> None:
    """Demand that an honest buyer and Stripe are served right after."""
    cart = {"items": [{"price": "poster-usd", "quantity": 1}]}
    opened = http().post(f"{web.url}/api/v1/checkout-sessions", json=cart)
    taken = in_its_own_loop(say(int(web.env["PORT"]), honest_event()))

    assert (opened.status_code, statuses_in(taken)) == (201, [200])
    assert http().get(f"{web.url}/readyz").status_code == 200


def paid_orders(database_url: str) -> int:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM orders WHERE fulfilled"))
        count = int(found.scalar_one())
    engine.dispose()
    return count
