"""Write a new order down: statement by statement, or on PostgreSQL all in one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnDefault, Connection, Table, text
from sqlalchemy.dialects import postgresql

from checkout_service.domain.cart import Line

from .direct import Direct
from .orders import insert_attempt, insert_lines, line_rows
from .tables import attempts, order_lines, orders
from .upsert import insert_once

Row = dict[str, Any]

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def _columns(table: Table, spelled: str = "{name}") -> str:
    """List a table's columns, each spelled with its `name` and its `type`."""
    return ", ".join(
        spelled.format(name=column.name, type=column.type.compile(_POSTGRESQL))
        for column in table.c
    )


def _blank(table: Table, prefix: str = "") -> Row:
    """Make the parameters of a row that has nothing but its columns' defaults."""
    defaults = {c.name: c.default for c in table.c}
    return {
        prefix + name: default.arg if isinstance(default, ColumnDefault) else None
        for name, default in defaults.items()
    }


_BLANK = _blank(orders) | _blank(attempts, "attempt_")
_ALL_IN_ONE = f"""
WITH placed AS (
  INSERT INTO orders ({_columns(orders)}) VALUES ({_columns(orders, ":{name}")})
  ON CONFLICT DO NOTHING RETURNING id
), lined AS (
  INSERT INTO order_lines ({_columns(order_lines)})
  SELECT line.* FROM placed, jsonb_to_recordset(CAST(:lines AS jsonb))
    AS line({_columns(order_lines, "{name} {type}")})
), tried AS (
  INSERT INTO attempts ({_columns(attempts)})
  SELECT {_columns(attempts, "CAST(:attempt_{name} AS {type})")} FROM placed
)
SELECT count(*) FROM placed
"""  # noqa: S608 - built from the column names above alone
_AT_ONCE = Direct({"postgresql": text(_ALL_IN_ONE)})


def insert_order(connection: Connection, order: Row, lines: Sequence[Line], attempt: Row) -> bool:
    """Write an order, its lines and first attempt; False if the nonce has its order already."""
    if connection.dialect.name == "postgresql":
        tried = {f"attempt_{name}": value for name, value in attempt.items()}
        rows = json.dumps(line_rows(order["id"], lines))
        ((written,),) = _AT_ONCE.rows(connection, {**_BLANK, **order, **tried, "lines": rows})
        return bool(written == 1)
    if not insert_once(connection, orders, order):
        return False
    insert_lines(connection, order["id"], lines)
    return insert_attempt(connection, attempt)
