"""Session ids that holders of a reference claim to be theirs: counted, and spaced in time."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from checkout_service.domain.clock import HOUR
from checkout_service.storage.leases import VOID_BEYOND, grown
from checkout_service.storage.tables import session_claims
from checkout_service.storage.upsert import insert_once

_c = session_claims.c
_LONGEST_REST = HOUR


def rests_until(
    connection: Connection, reference: str, session_id: str, *, now: int, most: int
) -> int | None:
    """Return when this claim may be looked up; a reference has only a few, and of more none may.

    A rest that is longer than any was made by a clock that jumped, and is void.
    """
    next_at = connection.execute(
        select(_c.next_at).where(_c.reference == reference, _c.session_id == session_id)
    ).scalar()
    if next_at is not None:
        return int(next_at) if next_at <= now + _LONGEST_REST + VOID_BEYOND else now
    known = connection.execute(
        select(func.count()).select_from(session_claims).where(_c.reference == reference)
    ).scalar()
    return now if int(known or 0) < most else None


def claim(
    connection: Connection, reference: str, session_id: str, *, now: int, most: int, until: int
) -> bool:
    """Note a claim that may be looked up now, and not again until then.

    Only the holder of the order's lease asks.
    """
    free_at = rests_until(connection, reference, session_id, now=now, most=most)
    if free_at is None or free_at > now:
        return False
    row = {"reference": reference, "session_id": session_id, "created_at": now, "next_at": until}
    if not insert_once(connection, session_claims, row):
        rest_until(connection, reference, session_id, until)
    return True


def rest(least: int, reads: int) -> int:
    """Return how long a claim rests (milliseconds) whose order has cost so many reads."""
    return min(grown(least, reads), _LONGEST_REST)


def rest_until(connection: Connection, reference: str, session_id: str, at: int) -> None:
    connection.execute(
        update(session_claims)
        .where(_c.reference == reference, _c.session_id == session_id)
        .values(next_at=at)
    )
