"""Read an order for whoever asks how it stands, and what a look at it would come to, at once."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam

from checkout_service.storage.look_chances import CHANCE, LookChance
from checkout_service.storage.prepared import Prepared
from checkout_service.storage.tables import orders

from .read import LOAD, Loaded, by_attempt, loaded_of

_WITH_CHANCE = {dialect: load.add_columns(*CHANCE) for dialect, load in LOAD.items()}
_OF = {
    column: Prepared(
        {
            dialect: by_attempt(load, column, bindparam("b_name"))
            for dialect, load in _WITH_CHANCE.items()
        }
    )
    for column in ("session_id", "intent_id")
}
_OF["id"] = Prepared(
    {d: load.where(orders.c.id == bindparam("b_name")) for d, load in _WITH_CHANCE.items()}
)

Told = tuple[Loaded, LookChance]


def read_of_session(connection: Connection, session_id: str) -> Told | None:
    """Read the order of a session, unlocked."""
    return _read(connection, "session_id", session_id)


def read_of_intent(connection: Connection, intent_id: str) -> Told | None:
    """Read the order of an intent, unlocked."""
    return _read(connection, "intent_id", intent_id)


def read_of_order(connection: Connection, order_id: str) -> Told | None:
    """Read an order by its own id, unlocked."""
    return _read(connection, "id", order_id)


def _read(connection: Connection, column: str, name: str) -> Told | None:
    rows = _OF[column].rows(connection, {"b_name": name})
    if not rows:
        return None
    first = rows[0]
    chance = LookChance(first.look_lease_until, first.looked_at, first.reads, first.reads_free_at)
    return loaded_of(connection, rows), chance
