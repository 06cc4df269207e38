"""The database decides every race: many threads want the same thing, one gets it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, select, text

from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.storage import idempotency, inbox, leases, orders, read_budget, tables
from checkout_service.storage.database import Database
from checkout_service.storage.tables import attempts, fulfilments, order_lines
from checkout_service.storage.upsert import insert_once

from .pending import NOW, ORDER, an_attempt, write_order

THREADS = 8


def at_once(act: Callable[[int], bool]) -> int:
    """Let many threads act in the same moment; count who succeeded."""
    gate = threading.Barrier(THREADS)

    def go(turn: int) -> bool:
        gate.wait()
        return act(turn)

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(go, range(THREADS)))


def test_one_nonce_makes_one_order(database: Database) -> None:
    def act(turn: int) -> bool:
        order_id = f"ord_{turn:024d}"
        return database.write_at_once(lambda c: write_order(c, order_id=order_id))

    assert at_once(act) == 1
    with database.read() as connection:
        (order,) = connection.execute(select(tables.orders)).all()
        (line,) = connection.execute(select(order_lines)).all()
        (attempt,) = connection.execute(select(attempts)).all()
    assert (order.status, order.amount_paid, order.metadata) == ("pending", 0, "{}")
    assert (line.order_id, line.place, line.name, line.quantity, line.unit_amount) == (
        order.id, 0, "Poster", 1, 2500,
    )  # fmt: skip
    assert (attempt.order_id, attempt.state, attempt.ours, attempt.won, attempt.tries) == (
        order.id, "draft", True, False, 0,
    )  # fmt: skip


def test_an_order_has_one_open_attempt(database: Database) -> None:
    def act(turn: int) -> bool:
        attempt = an_attempt(f"att_{turn}", turn + 2)
        return database.write(lambda c: orders.insert_attempt(c, attempt))

    database.write(write_order)
    assert at_once(act) == 0
    database.write(lambda c: orders.update_attempt(c, f"att_of_{ORDER}", {"state": "expired"}))

    assert at_once(act) == 1
    with database.read() as connection:
        assert len(connection.execute(select(attempts)).all()) == 2


def test_an_order_is_fulfilled_once(database: Database) -> None:
    database.write(write_order)
    row = {"order_id": ORDER, "fulfilled_at": NOW}

    assert at_once(lambda _: database.write(lambda c: insert_once(c, fulfilments, row))) == 1


def test_an_event_is_new_once(database: Database) -> None:
    event = IncomingEvent("evt_1", "x", "v", livemode=False, created=NOW, body=b"{}")
    row = inbox.event_row(event, source="webhook", now=NOW, state="ignored")

    assert at_once(lambda _: database.write(lambda c: inbox.record_once(c, row))) == 1


def test_one_looks_and_nobody_looks_again_within_the_window(database: Database) -> None:
    database.write(write_order)

    def look(at: int) -> bool:
        requests = database.write(
            lambda c: leases.take_look(c, ORDER, now=at, for_ms=3_000, window_ms=2_000)
        )
        return requests is not None

    assert at_once(lambda _: look(NOW)) == 1
    database.write(
        lambda c: leases.end_look(c, ORDER, lease_until=NOW + 3_000, ended_at=NOW + 100, reads=1)
    )
    assert not look(NOW + 2_000)
    assert look(NOW + 2_100)


def test_a_dead_lookers_lease_runs_out(database: Database) -> None:
    database.write(write_order)

    def look(at: int) -> bool:
        requests = database.write(
            lambda c: leases.take_look(c, ORDER, now=at, for_ms=3_000, window_ms=0)
        )
        return requests is not None

    assert look(NOW)
    assert not look(NOW + 3_000)
    assert look(NOW + 3_001)


def test_one_owner_has_a_lease_and_may_renew_it(database: Database) -> None:
    def take(owner: str, at: int) -> bool:
        return database.write(
            lambda c: leases.take_lease(c, "sweep", owner=owner, now=at, for_ms=30_000)
        )

    assert at_once(lambda n: take(f"own_{n}", NOW)) == 1
    database.write(lambda c: leases.end_lease(c, "sweep", owner="own_0"))
    holder = next(n for n in range(THREADS + 1) if take(f"own_{n}", NOW + 30_001))
    assert take(f"own_{holder}", NOW + 30_002)
    assert not take("own_x", NOW + 30_003)


def test_one_request_gets_a_key(database: Database) -> None:
    row = {
        "scope": "s",
        "key": "k",
        "fingerprint": "f",
        "nonce": "n",
        "state": "running",
        "locked_until": NOW,
        "created_at": NOW,
    }

    assert at_once(lambda _: database.write(lambda c: idempotency.begin(c, row))) == 1


def test_the_first_reads_of_all_share_one_turn(database: Database) -> None:
    def book(_: int) -> bool:
        booked, _wait = database.write(
            lambda c: read_budget.book_read(c, now=NOW, per_second=1, urgent=True)
        )
        return booked

    assert at_once(book) == 1


@pytest.mark.parametrize("ahead", [0, 300])
@pytest.mark.parametrize("ceiling", [1, 5, 15, 100])
def test_no_second_ever_sees_more_reads_than_the_ceiling(
    database: Database, ceiling: int, ahead: int
) -> None:
    granted: list[int] = []
    for at in range(0, 3_000, 7):
        now, urgent = NOW + at, at % 2 == 0
        booked, wait = database.write(
            lambda c, now=now, urgent=urgent: read_budget.book_read(  # type: ignore[misc]
                c, now=now, per_second=ceiling, urgent=urgent, ahead=ahead
            )
        )
        if booked:
            assert wait <= ahead
            granted.append(now + wait)

    busiest = max(sum(1 for g in granted if at <= g < at + 1_000) for at in granted)
    assert busiest <= ceiling
    assert len(granted) >= ceiling  # and it is used


def test_a_clock_that_jumped_back_blocks_nobody(database: Database) -> None:
    database.write(write_order)
    hour = 3_600_000
    for at in (NOW + hour, NOW):
        requests = database.write(
            lambda c, at=at: leases.take_look(c, ORDER, now=at, for_ms=3_000, window_ms=2_000)  # type: ignore[misc]
        )
        assert requests == 0
        database.write(
            lambda c, at=at: leases.end_look(  # type: ignore[misc]
                c, ORDER, lease_until=at + 3_000, ended_at=at, reads=1
            )
        )
        assert database.write(
            lambda c, at=at: read_budget.book_read(c, now=at, per_second=15, urgent=True)  # type: ignore[misc]
        ) == (True, 0)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_statement_that_has_looked_and_not_yet_written_is_awaited(database: Database) -> None:
    """It has no transaction id so far, and what it saw is older than what we have committed."""
    ended = threading.Event()

    def slowly(connection: Connection) -> None:
        connection.execute(
            text(
                "UPDATE orders SET status = 'paid' "
                "WHERE (SELECT pg_sleep(1)) IS NOT NULL AND id = 'ord_nobody'"
            )
        )
        ended.set()

    writer = threading.Thread(target=database.write, args=(slowly,))
    writer.start()
    while not _is_pausing(database):
        assert writer.is_alive()
        time.sleep(0.01)

    database.await_others()

    assert ended.wait(0.5)
    writer.join()


def _is_pausing(database: Database) -> bool:
    with database.read() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        return bool(connection.execute(text(query)).scalar_one())
