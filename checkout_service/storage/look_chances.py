"""What tells, without a write, whether a look at an order would be let through now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from .prepared import one_for_all
from .read_budget import free_at
from .tables import orders


@dataclass(frozen=True, slots=True)
class LookChance:
    """Who looks an order up, what that has cost, and from when the next read of all is free."""

    look_lease_until: int | None
    looked_at: int | None
    reads: int
    reads_free_at: int | None


_o = orders.c
CHANCE = (_o.look_lease_until, _o.looked_at, _o.reads, free_at().label("reads_free_at"))
_OF_ONE = one_for_all(select(*CHANCE).where(_o.id == bindparam("b_id")))


def look_chance(connection: Connection, order_id: str) -> LookChance | None:
    """Read the chance of a look; None if there is no such order."""
    rows = _OF_ONE.rows(connection, {"b_id": order_id})
    return LookChance(*rows[0]) if rows else None
