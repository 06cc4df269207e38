"""Paid sessions of Payment Links that could not be taken in yet."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from checkout_service.storage.tables import link_leftovers
from checkout_service.storage.upsert import insert_once

_l = link_leftovers.c


def failed(connection: Connection, session_id: str, link_id: str, *, error: str, now: int) -> int:
    """Note one more failure; return their number."""
    row = {"session_id": session_id, "link_id": link_id, "tries": 0, "created_at": now}
    insert_once(connection, link_leftovers, row)
    tries = connection.execute(
        update(link_leftovers)
        .where(_l.session_id == session_id)
        .values(tries=_l.tries + 1, last_error=error)
        .returning(_l.tries)
    ).scalar()
    return int(tries or 0)


def rest(connection: Connection, session_id: str, at: int | None) -> None:
    """Try again at a time, or when a person says so."""
    connection.execute(update(link_leftovers).where(_l.session_id == session_id).values(next_at=at))


def due(connection: Connection, *, now: int, limit: int) -> list[str]:
    statement = select(_l.session_id).where(_l.next_at <= now).order_by(_l.next_at).limit(limit)
    return list(connection.execute(statement).scalars())


def known(connection: Connection, session_ids: list[str]) -> set[str]:
    found = select(_l.session_id).where(_l.session_id.in_(session_ids))
    return set(connection.execute(found).scalars())


def done(connection: Connection, session_id: str) -> None:
    connection.execute(delete(link_leftovers).where(_l.session_id == session_id))


def quarantined(connection: Connection, *, limit: int) -> list[tuple[str, str | None]]:
    """List sessions that wait for a person, with why they failed."""
    statement = select(_l.session_id, _l.last_error).where(_l.next_at.is_(None)).limit(limit)
    return [(row.session_id, row.last_error) for row in connection.execute(statement)]


def wake(connection: Connection, session_id: str, *, now: int) -> bool:
    result = connection.execute(
        update(link_leftovers)
        .where(_l.session_id == session_id, _l.next_at.is_(None))
        .values(next_at=now, tries=0)
    )
    return result.rowcount == 1
