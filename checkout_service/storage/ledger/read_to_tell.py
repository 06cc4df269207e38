"""Read orders for those who ask how they stand, and what a look at each would come to, at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, bindparam

from checkout_service.storage.for_each import ForEach
from checkout_service.storage.look_chances import CHANCE, LookChance
from checkout_service.storage.prepared import Prepared
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import orders

from .read import LOAD, Loaded, by_attempt, loaded_of

Told = tuple[Loaded, LookChance]
Named = Literal["session_id", "intent_id", "id"]
"""By which of its names an order is asked for: that of an attempt, or its own."""

_WITH_CHANCE = {dialect: load.add_columns(*CHANCE) for dialect, load in LOAD.items()}


def _of(dialect: str, named: Named, name: Any) -> Any:
    load = _WITH_CHANCE[dialect]
    return load.where(orders.c.id == name) if named == "id" else by_attempt(load, named, name)


def _one(named: Named) -> Prepared:
    return Prepared({dialect: _of(dialect, named, bindparam("b_name")) for dialect in _WITH_CHANCE})


NAMED: tuple[Named, ...] = ("session_id", "intent_id", "id")
_ONE = {named: _one(named) for named in NAMED}
FOR_EACH = {named: ForEach(partial(_of, "postgresql", named), {"name": "text"}) for named in NAMED}


def read_to_tell(connection: Connection, named: Named, names: Sequence[str]) -> list[Told | None]:
    """Read the orders of these names, unlocked; on PostgreSQL at most sixteen, in one statement."""
    if len(names) == 1 or connection.dialect.name != "postgresql":
        return [_told(connection, _ONE[named].rows(connection, {"b_name": n})) for n in names]
    found = FOR_EACH[named].rows_of(connection, [(name,) for name in names])
    return [_told(connection, rows) for rows in found]


def read_of_session(connection: Connection, session_id: str) -> Told | None:
    """Read the order of a session, unlocked."""
    return read_to_tell(connection, "session_id", [session_id])[0]


def _told(connection: Connection, rows: Sequence[AnyRow]) -> Told | None:
    if not rows:
        return None
    first = rows[0]
    chance = LookChance(first.look_lease_until, first.looked_at, first.reads, first.reads_free_at)
    return loaded_of(connection, rows), chance
