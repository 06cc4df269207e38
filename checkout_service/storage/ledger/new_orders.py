"""Write new orders down: statement by statement, or on PostgreSQL all in one, several together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnDefault, Connection, Table, literal
from sqlalchemy.dialects import postgresql

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import number_of
from checkout_service.domain.order.line import Line
from checkout_service.storage.orders import insert_attempt, insert_lines, line_rows
from checkout_service.storage.prepared import ForMany, type_of, types_of
from checkout_service.storage.tables import attempts, order_lines, orders
from checkout_service.storage.upsert import insert_once

from .diff import Row


@frozen
class OrderRows:
    """An order with its lines and first attempt, to be written or just written."""

    order: Row
    lines: Sequence[Line]
    attempt: Row


def _blank(table: Table) -> Row:
    """Make a row that has nothing but its columns' defaults."""
    defaults = {c.name: c.default for c in table.c}
    return {
        name: default.arg if isinstance(default, ColumnDefault) else None
        for name, default in defaults.items()
    }


BLANK_ORDER, BLANK_ATTEMPT = _blank(orders), _blank(attempts)

# What a new order may say. All else is as its columns' defaults are, which the statement spells.
_ORDER = (
    "id", "nonce", "number", "flow", "status", "amount_total", "currency", "livemode", "mode",
    "capture", "adjustable", "room", "client_reference_id", "metadata", "customer_email", "locale",
    "success_url", "cancel_url", "options", "created_at", "updated_at", "look_due_at",
)  # fmt: skip
_ATTEMPT = (
    "id", "order_id", "seq", "kind", "state", "idempotency_key", "link_id", "reference",
    "expires_at", "created_at",
)  # fmt: skip
_GIVEN = {
    **types_of(orders, "", _ORDER),
    "lines": "jsonb",
    **types_of(attempts, "attempt_", _ATTEMPT),
}


def _insert(table: Table, given: Mapping[str, str], source: str) -> str:
    """Insert these columns of a source; the others as their defaults are."""
    columns: Any = table.c
    fixed = {
        name: str(
            literal(value, columns[name].type).compile(
                dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
                compile_kwargs={"literal_binds": True},
            )
        )
        for name, value in _blank(table).items()
        if value is not None and name not in given
    }
    values = {**given, **fixed}
    return (
        f"INSERT INTO {table.name} ({', '.join(values)})"
        f" SELECT {', '.join(values.values())} {source}"
    )


_LINE_COLUMNS = ", ".join(column.name for column in order_lines.c)
_LINE = ", ".join(f"{column.name} {type_of(column)}" for column in order_lines.c)


def _statement(rows: Sequence[Sequence[str]]) -> str:
    """Spell it for so many orders; one alone needs no table of what is given."""
    if len(rows) == 1:
        return f"WITH {_inserting(dict(zip(_GIVEN, rows[0], strict=True)), '', 'placed')}"
    given = ", ".join(f"({', '.join(row)})" for row in rows)
    inserting = _inserting(
        {name: f"given.{name}" for name in _GIVEN},
        "FROM given WHERE id IS NOT NULL",
        "placed JOIN given USING (id)",
    )
    return f"WITH given({', '.join(_GIVEN)}) AS (VALUES {given}), {inserting}"


def _inserting(given: Mapping[str, str], source: str, placed: str) -> str:
    order = {name: given[name] for name in _ORDER}
    attempt = {name: given[f"attempt_{name}"] for name in _ATTEMPT}
    return f"""placed AS (
  {_insert(orders, order, source)} ON CONFLICT DO NOTHING RETURNING id
), lined AS (
  INSERT INTO order_lines ({_LINE_COLUMNS})
  SELECT line.* FROM {placed}, jsonb_to_recordset({given["lines"]}) AS line({_LINE})
), tried AS (
  {_insert(attempts, attempt, f"FROM {placed}")}
)
SELECT id FROM placed
"""  # noqa: S608 - built from the column names above alone


_AT_ONCE = ForMany(_statement, tuple(_GIVEN.values()), ("id",), writes=True)


def insert_order(connection: Connection, order: Row, lines: Sequence[Line], attempt: Row) -> bool:
    """Write an order, its lines and first attempt; False if the nonce has its order already."""
    return insert_orders(connection, [OrderRows(order, lines, attempt)])[0]


def insert_orders(connection: Connection, given: Sequence[OrderRows]) -> list[bool]:
    """Write new orders, `ForMany.MOST` at most; False for one whose nonce has its order already."""
    if connection.dialect.name != "postgresql":
        return [_insert_one(connection, rows) for rows in given]
    # In one sequence everywhere: two who write the same nonces do not wait for each other.
    inserted = _AT_ONCE.rows_of(
        connection, [_values(rows) for rows in sorted(given, key=lambda one: one.order["nonce"])]
    )
    written = {row.id for row in inserted}
    return [rows.order["id"] in written for rows in given]


def _values(rows: OrderRows) -> list[Any]:
    order = {**BLANK_ORDER, **rows.order, "number": number_of(rows.order["id"])}
    attempt = {**BLANK_ATTEMPT, **rows.attempt}
    lines = json.dumps(line_rows(order["id"], rows.lines))
    return [*map(order.get, _ORDER), lines, *map(attempt.get, _ATTEMPT)]


def _insert_one(connection: Connection, rows: OrderRows) -> bool:
    order = rows.order | {"number": number_of(rows.order["id"])}
    if not insert_once(connection, orders, order):
        return False
    insert_lines(connection, order["id"], rows.lines)
    return insert_attempt(connection, rows.attempt)
