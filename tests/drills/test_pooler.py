"""A database behind a transaction pooler, as hosts sell it: everything works as it does without."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

import pytest

from tests.support import pgbouncer
from tests.support.databases import Databases
from tests.support.merchant import SECRET, Merchant
from tests.support.running_stack import KEY, Bought, Stack, side_by_side, until
from tests.support.stack import Sandbox, StartService

pytestmark = pytest.mark.skipif(pgbouncer.PROGRAM is None, reason=pgbouncer.WHY_NOT)
BUYERS = 60


# PgBouncer's own default, and what a small plan leaves it.
@pytest.fixture(params=[20, pytest.param(5, marks=pytest.mark.long)])
def servers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def database_url(databases: Databases, servers: int) -> Iterator[str]:
    """Lend a database through a pooler of stock configuration but for its connections."""
    for url in databases.at_head("postgresql"):
        with pgbouncer.pooled(url, servers=servers) as through:
            yield through


def test_sixty_buyers_at_once_pay_and_are_served_through_a_pooler(
    sandbox: Sandbox, start_service: StartService, merchant: Merchant, servers: int
) -> None:
    service = start_service(
        worker=True,
        WEB_CONCURRENCY="2",
        # What Stripe or a sweep may have opened is read: sixty are above the ceiling.
        SWEEP_INTERVAL_SECONDS="60",
        NOTIFY_URL=merchant.url,
        NOTIFY_SECRET=SECRET,
        NOTIFY_ALLOW_PRIVATE="1",
    )
    stack = Stack(sandbox, [service], merchant)

    def buy(_place: int) -> Bought:
        body = {"items": [{"price": "poster-usd", "quantity": 1}]}
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        made = stack.request("POST", "/api/v1/checkout-sessions", json=body, headers=headers)
        assert made.status_code == 201, made.text
        return Bought(made.json()["order"]["id"], made.json()["id"], 2500)

    began = time.monotonic()
    bought = side_by_side(buy, range(BUYERS), threads=BUYERS)
    opened = time.monotonic() - began
    side_by_side(stack.pay, bought)
    until(lambda: len(stack.paid_messages()) == BUYERS, what="every order told")
    told = time.monotonic() - began

    assert set(stack.paid_messages().values()) == {1}
    for one in bought:
        order = stack.order(one)
        assert (order["status"], order["fulfilled"]) == ("paid", True)
    refund = stack.request(
        "POST",
        f"/api/v1/orders/{bought[0].order}/refunds",
        json={},
        headers=KEY | {"Idempotency-Key": "r" * 20},
    )
    assert refund.status_code == 201
    until(lambda: stack.order(bought[0])["status"] == "refunded", what="the refund")
    assert stack.request("GET", "/readyz").status_code == 200
    print(  # for docs/operations/growing.md
        f"\n{pgbouncer.version()}, {servers} connections: {BUYERS} opened in {opened:.1f} s, "
        f"paid and told in {told:.1f} s"
    )
