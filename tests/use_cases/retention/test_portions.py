"""However much there is to forget, no statement reads or writes more than a portion of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select

from checkout_service.domain.clock import DAY, SECOND
from checkout_service.storage.portions import ROWS
from checkout_service.storage.tables import idempotency_keys, inbox_events, session_claims
from tests.support.stage import Stage

MANY = 2 * ROWS + 1
LARGE = ("orders", "attempts", "inbox_events", "outbox_messages", "session_claims", "money_writes")
EMAIL = "ada@example.com"
Statement = tuple[str, Any, int]  # its text, its parameters, the rows it changed


@pytest.fixture
def laden(stage_on: Stage) -> Stage:
    """A shop with one finished order, and with more of everything else than a portion."""
    stage = stage_on
    bought = stage.buys(customer_email=EMAIL)
    stage.pays(bought, email=EMAIL)
    stage.delivers()
    stage.delivers_messages()
    first = stage.now - MANY
    strangers = {
        "type": "charge.updated", "state": "ignored", "source": "webhook", "livemode": False,
        "body": f'{{"receipt_email": "{EMAIL}"}}'.encode(), "created": first,
    }  # fmt: skip
    key = {"scope": "s", "fingerprint": "f", "state": "kept", "locked_until": 0, "status": 201}
    rows = range(MANY)
    with stage.engine.begin() as connection:
        connection.execute(
            insert(inbox_events),
            [strangers | {"id": f"evt_{n}", "received_at": first + n} for n in rows],
        )
        connection.execute(
            insert(idempotency_keys),
            [key | {"key": f"{n}", "nonce": f"{n}", "created_at": first + n} for n in rows],
        )
        connection.execute(
            insert(session_claims),
            [
                {"reference": f"r{n}", "session_id": "cs", "created_at": first + n, "next_at": 0}
                for n in rows
            ],
        )
    stage.advance(31 * DAY / SECOND)
    return stage


@contextmanager
def statements(stage: Stage) -> Iterator[list[Statement]]:
    """Collect whatever is said to the database."""
    said: list[Statement] = []

    def hear(_c: Connection, cursor: Any, words: str, given: Any, _x: Any, many: bool) -> None:
        said.append((words, given[0] if many else given, cursor.rowcount))

    event.listen(stage.engine, "after_cursor_execute", hear)
    yield said
    event.remove(stage.engine, "after_cursor_execute", hear)


def left(stage: Stage) -> tuple[int, int, int]:
    """Count full bodies, keys and claims."""
    counts = (
        select(func.count()).where(inbox_events.c.body != b"{}"),
        select(func.count()).select_from(idempotency_keys),
        select(func.count()).select_from(session_claims),
    )
    with stage.parts.database.read() as connection:
        bodies, keys, claims = (connection.execute(count).scalar_one() for count in counts)
    return bodies, keys, claims


def forgets(stage: Stage) -> None:
    assert stage.use_cases.hold_idempotency.forget() == MANY
    forgotten = stage.use_cases.forget_old.forget(30 * DAY)
    assert (forgotten.orders, forgotten.events) == (1, MANY)


def test_all_of_it_is_forgotten_and_no_statement_changes_more_than_a_portion(laden: Stage) -> None:
    with statements(laden) as said:
        forgets(laden)

    assert left(laden) == (0, 0, 0)
    assert max(rows for _, _, rows in said) == ROWS


def test_an_address_is_looked_for_a_portion_at_a_time(laden: Stage) -> None:
    with statements(laden) as said:
        erased = laden.use_cases.erase_person.of_email(EMAIL)

    assert (erased.orders, erased.events) == (1, MANY)
    assert left(laden)[0] == 0
    assert max(rows for _, _, rows in said) == ROWS


def test_a_worker_that_is_to_stop_stops_after_a_portion(laden: Stage) -> None:
    turns = iter((True, False))  # after the orders, after some events

    forgotten = laden.use_cases.forget_old.forget(30 * DAY, lambda: next(turns, False))

    assert 0 < forgotten.events <= ROWS
    assert laden.use_cases.forget_old.forget(30 * DAY).events == MANY - forgotten.events


def test_every_statement_finds_its_rows_by_an_index(laden: Stage) -> None:
    """The keys of three days aside: they are found by their orders' nonces, for many at once."""
    tables = f"({'|'.join(LARGE)})"
    with statements(laden) as said:
        forgets(laden)

    if laden.parts.database.is_sqlite:
        explain, whole = "EXPLAIN QUERY PLAN ", rf"SCAN {tables}(?! USING)"
    else:
        explain, whole = "EXPLAIN ", rf"Seq Scan on {tables}"
    with laden.engine.begin() as connection:
        if not laden.parts.database.is_sqlite:  # so few rows would be read one after the other
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for words, given, _ in said:
            if words.startswith(("SELECT", "UPDATE", "DELETE")):
                plan = str(connection.exec_driver_sql(explain + words, given).all())
                assert not re.search(whole, plan), f"{words}\n{plan}"
