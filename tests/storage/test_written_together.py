"""Orders that are written together: none waits for another, none is looked for row by row."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from sqlalchemy import Connection, text

from checkout_service.domain.order.settlement import Settlement
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.ledger import at_once, read_many, read_to_tell
from checkout_service.storage.ledger.diff import Cause, LookPlan, Writing, plan_writing
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.ledger.write import write_plain
from checkout_service.storage.prepared import ForMany

from .pending import NOW, write_order

NAMES = tuple(f"ord_{letter * 24}" for letter in "abc")
COPIED = {
    "orders": ("nonce", "id"),
    "attempts": ("id", "idempotency_key", "session_id", "order_id"),
}
DUE = text("SELECT id FROM orders WHERE look_due_at = :due ORDER BY id")


def planned(database: Database) -> list[Writing]:
    """Write three orders, and plan a settlement of each that moves but its next look."""
    for nonce, name in enumerate(NAMES):
        database.write(lambda c, n=name, x=nonce: write_order(c, order_id=n, nonce=str(x)))  # type: ignore[misc]
    with database.read() as connection:
        return [_plan(connection, name) for name in NAMES]


def _plan(connection: Connection, name: str) -> Writing:
    loaded = load_ledger(connection, name, lock=False)
    assert loaded is not None
    nothing = Settlement(loaded.ledger, loaded.ledger, ())
    return plan_writing(loaded, nothing, Cause("webhook", NOW), LookPlan(NOW * 2, 0, 0))


def due(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(DUE, {"due": NOW * 2}).scalars())


def test_an_order_that_was_settled_meanwhile_is_left_out(database: Database) -> None:
    writings = planned(database)
    database.write(lambda c: orders.update_order(c, NAMES[1], {"version": 7}))

    written = database.write_at_once(lambda c: write_plain(c, writings))

    assert written == {NAMES[0], NAMES[2]}
    assert due(database) == [NAMES[0], NAMES[2]]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_order_that_somebody_holds_is_left_out_without_waiting(database: Database) -> None:
    writings = planned(database)
    began = time.monotonic()
    with database.engine.begin() as other:
        other.execute(text("SELECT 1 FROM orders WHERE id = :id FOR UPDATE"), {"id": NAMES[2]})

        written = database.write_at_once(lambda c: write_plain(c, writings))

    assert written == {NAMES[0], NAMES[1]}
    assert time.monotonic() - began < 4  # what a lock may be waited for


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("size", [1, 2, 8, ForMany.MOST])
def test_all_statements_find_orders_by_key_in_tables_that_nobody_analysed(
    database: Database, size: int
) -> None:
    planned(database)
    database.write(_fill)
    told, quiet = (
        at_once._statement(_typed(given.values(), size), columns=given, telling=telling)
        for given, telling in (
            (at_once._QUIET | at_once._TOLD, at_once._TELLING),
            (at_once._QUIET, ""),
        )
    )
    read = read_many.FOR_SESSIONS.words(_typed(("integer", "text", "text", "text"), size))
    told_of = [
        read_to_tell.FOR_EACH[named].words(_typed(("integer", "text"), size))
        for named in read_to_tell.NAMED
    ]
    with database.engine.connect() as connection:
        for words in (told, quiet, read, *told_of):
            plan = json.dumps(connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {words}").scalar())
            walked = set(re.findall(r'"Node Type": "Seq Scan".*?"Relation Name": "(\w+)"', plan))
            assert not walked, plan


def _fill(connection: Connection) -> None:
    """Copy one order many times: a table that has grown since anybody counted."""
    for table, names in COPIED.items():
        values = ", ".join(f"'{name}', 'copy-' || n" for name in names)
        copy = (
            f"INSERT INTO {table} SELECT (jsonb_populate_record(o, jsonb_build_object({values}))).*"  # noqa: S608
            f" FROM {table} AS o, generate_series(1, 300) AS n WHERE o.{names[-1]} = '{NAMES[0]}'"
        )
        connection.execute(text(copy))


def _typed(kinds: Any, size: int) -> list[list[str]]:
    """Spell values that the planner cannot look into, as a generic plan's are."""
    row = [f"CAST(current_setting('none.{at}', true) AS {kind})" for at, kind in enumerate(kinds)]
    return [row] * size
