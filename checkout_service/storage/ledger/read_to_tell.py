"""Read orders for those who ask how they stand, and what a look at each would come to, at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, literal_column
from sqlalchemy.dialects import postgresql

from checkout_service.storage.look_chances import CHANCE, LookChance
from checkout_service.storage.prepared import ForMany, Prepared
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import orders

from .read import LOAD, Loaded, by_attempt, loaded_of

Told = tuple[Loaded, LookChance]
Named = Literal["session_id", "intent_id", "id"]
"""By which of its names an order is asked for: that of an attempt, or its own."""

_WITH_CHANCE = {dialect: load.add_columns(*CHANCE) for dialect, load in LOAD.items()}
_ASKED = ("asked_place", "asked_name")


def _of(dialect: str, named: Named, name: Any) -> Any:
    load = _WITH_CHANCE[dialect]
    return load.where(orders.c.id == name) if named == "id" else by_attempt(load, named, name)


def _one(named: Named) -> Prepared:
    return Prepared({dialect: _of(dialect, named, bindparam("b_name")) for dialect in _WITH_CHANCE})


def _for_many(named: Named) -> ForMany:
    one = _of("postgresql", named, literal_column("asked_name"))
    columns = (*_ASKED, *one.selected_columns.keys())
    return ForMany(partial(_words, one), ("integer", "text"), columns)


def _words(one: Any, rows: Sequence[Sequence[str]]) -> str:
    """Ask for each order by itself, so that each is found by key however many there are."""
    given = ", ".join(f"({', '.join(row)})" for row in rows)
    found = one.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    return (
        f"SELECT * FROM (VALUES {given}) AS asked({', '.join(_ASKED)}), LATERAL ({found}) AS found"  # noqa: S608
    )


NAMED: tuple[Named, ...] = ("session_id", "intent_id", "id")
_ONE = {named: _one(named) for named in NAMED}
_MANY = {named: _for_many(named) for named in NAMED}


def read_to_tell(connection: Connection, named: Named, names: Sequence[str]) -> list[Told | None]:
    """Read the orders of these names, unlocked; on PostgreSQL at most sixteen, in one statement."""
    if len(names) == 1 or connection.dialect.name != "postgresql":
        return [_told(connection, _ONE[named].rows(connection, {"b_name": n})) for n in names]
    rows = defaultdict[int, list[AnyRow]](list)
    for row in _MANY[named].rows_of(connection, list(enumerate(names))):
        rows[row.asked_place].append(row)
    return [_told(connection, rows[place]) for place in range(len(names))]


def read_of_session(connection: Connection, session_id: str) -> Told | None:
    """Read the order of a session, unlocked."""
    return read_to_tell(connection, "session_id", [session_id])[0]


def _told(connection: Connection, rows: Sequence[AnyRow]) -> Told | None:
    if not rows:
        return None
    first = rows[0]
    chance = LookChance(first.look_lease_until, first.looked_at, first.reads, first.reads_free_at)
    return loaded_of(connection, rows), chance
