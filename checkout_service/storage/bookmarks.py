"""How far the sweep has read."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from .tables import bookmarks
from .upsert import insert_once, upsert


def position(connection: Connection, name: str) -> int | None:
    return connection.execute(select(bookmarks.c.position).where(bookmarks.c.name == name)).scalar()


def locked_position(connection: Connection, name: str) -> int:
    """Return a position that is there, and keep others from it until this transaction ends."""
    statement = select(bookmarks.c.position).where(bookmarks.c.name == name).with_for_update()
    return int(connection.execute(statement).scalar_one())


def begin(connection: Connection, name: str, at: int) -> int:
    """Return a position, which is `at` if it was never set."""
    insert_once(connection, bookmarks, {"name": name, "position": at})
    return position(connection, name) or at


def move_to(connection: Connection, name: str, to: int) -> None:
    upsert(connection, bookmarks, {"name": name, "position": to}, ["name"])


def forget(connection: Connection, name: str) -> None:
    connection.execute(delete(bookmarks).where(bookmarks.c.name == name))


def count(connection: Connection, name: str) -> None:
    """Add one to a count that is kept under a name."""
    insert_once(connection, bookmarks, {"name": name, "position": 0})
    connection.execute(
        update(bookmarks).where(bookmarks.c.name == name).values(position=bookmarks.c.position + 1)
    )
