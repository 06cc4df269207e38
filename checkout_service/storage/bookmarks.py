"""How far the sweep has read."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .tables import bookmarks
from .upsert import upsert


def position(connection: Connection, name: str) -> int | None:
    return connection.execute(select(bookmarks.c.position).where(bookmarks.c.name == name)).scalar()


def move_to(connection: Connection, name: str, to: int) -> None:
    upsert(connection, bookmarks, {"name": name, "position": to}, ["name"])
