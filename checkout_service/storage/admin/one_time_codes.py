"""Who is asked for a code besides the password, and the last half minute whose code was used."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from checkout_service.storage.tables import admin_codes
from checkout_service.storage.upsert import upsert

_c = admin_codes.c


def put(connection: Connection, name: str, seed: str, *, now: int) -> None:
    row = {"name": name, "seed": seed, "created_at": now, "used_step": 0}
    upsert(connection, admin_codes, row, ["name"])


def seed_of(connection: Connection, name: str) -> str | None:
    """Return what the codes of somebody are made of, or None if none are asked for."""
    return connection.execute(select(_c.seed).where(_c.name == name)).scalar()


def names(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(_c.name)).scalars())


def use(connection: Connection, name: str, step: int) -> bool:
    """Take the code of a half minute; False if it, or a later one, was used before."""
    taken = update(admin_codes).where(_c.name == name, _c.used_step < step)
    return connection.execute(taken.values(used_step=step)).rowcount == 1


def remove(connection: Connection, name: str) -> bool:
    return connection.execute(delete(admin_codes).where(_c.name == name)).rowcount == 1
