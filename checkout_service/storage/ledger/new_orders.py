"""Write a new order down: statement by statement, or on PostgreSQL all in one."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import ColumnDefault, Connection, Table, text

from checkout_service.domain.ids import number_of
from checkout_service.domain.order.line import Line
from checkout_service.storage.orders import insert_attempt, insert_lines, line_rows
from checkout_service.storage.prepared import Prepared, given, type_of
from checkout_service.storage.tables import attempts, order_lines, orders
from checkout_service.storage.upsert import insert_once

from .diff import Row


def _names(table: Table, prefix: str = "") -> str:
    return ", ".join(prefix + column.name for column in table.c)


def blank(table: Table, prefix: str = "") -> Row:
    """Make the parameters of a row that has nothing but its columns' defaults."""
    defaults = {c.name: c.default for c in table.c}
    return {
        prefix + name: default.arg if isinstance(default, ColumnDefault) else None
        for name, default in defaults.items()
    }


_BLANK = blank(orders) | blank(attempts, "attempt_")
_LINE = ", ".join(f"{column.name} {type_of(column)}" for column in order_lines.c)
_ATTEMPT = ", ".join(given(column, "attempt_") for column in attempts.c)
_ALL_IN_ONE = f"""
WITH placed AS (
  INSERT INTO orders ({_names(orders)}) VALUES ({_names(orders, ":")})
  ON CONFLICT DO NOTHING RETURNING id
), lined AS (
  INSERT INTO order_lines ({_names(order_lines)})
  SELECT line.* FROM placed, jsonb_to_recordset(CAST(:lines AS jsonb))
    AS line({_LINE})
), tried AS (
  INSERT INTO attempts ({_names(attempts)})
  SELECT {_ATTEMPT} FROM placed
)
SELECT count(*) FROM placed
"""  # noqa: S608 - built from the column names above alone
_AT_ONCE = Prepared({"postgresql": text(_ALL_IN_ONE)}, writes=True)


def insert_order(connection: Connection, order: Row, lines: Sequence[Line], attempt: Row) -> bool:
    """Write an order, its lines and first attempt; False if the nonce has its order already."""
    order = order | {"number": number_of(order["id"])}
    if connection.dialect.name == "postgresql":
        tried = {f"attempt_{name}": value for name, value in attempt.items()}
        rows = json.dumps(line_rows(order["id"], lines))
        ((written,),) = _AT_ONCE.rows(connection, {**_BLANK, **order, **tried, "lines": rows})
        return bool(written == 1)
    if not insert_once(connection, orders, order):
        return False
    insert_lines(connection, order["id"], lines)
    return insert_attempt(connection, attempt)
