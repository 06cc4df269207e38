"""INSERT ... ON CONFLICT for both databases: the constraint decides, nobody checks first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert the row; False if a constraint says that it is there already."""
    result = connection.execute(_once(connection.dialect.name, table), values)
    return bool(result.rowcount == 1)


def insert_many_once(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those rows that no constraint says are there already, by one call of the driver."""
    if rows:
        connection.execute(_once(connection.dialect.name, table), rows)


@cache
def _once(dialect: str, table: Table) -> Any:
    statement = _INSERT[dialect](table).on_conflict_do_nothing()
    # Without the option some drivers forget the count of an INSERT once it is done.
    return statement.execution_options(preserve_rowcount=True)


def upsert(connection: Connection, table: Table, values: dict[str, Any], keys: list[str]) -> None:
    """Insert the row, or overwrite the one with the same keys."""
    statement = _INSERT[connection.dialect.name](table).values(values)
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
