"""Session ids that holders of a reference claim to be theirs: counted, and spaced in time."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from checkout_service.storage.tables import session_claims
from checkout_service.storage.upsert import insert_once

_c = session_claims.c


def may_claim(
    connection: Connection, reference: str, session_id: str, *, now: int, most: int
) -> bool:
    """True if this claim may be looked up now; a reference has only a few claims."""
    next_at = connection.execute(
        select(_c.next_at).where(_c.reference == reference, _c.session_id == session_id)
    ).scalar()
    if next_at is not None:
        return bool(next_at <= now)
    known = connection.execute(
        select(func.count()).select_from(session_claims).where(_c.reference == reference)
    ).scalar()
    return int(known or 0) < most


def claim(connection: Connection, reference: str, session_id: str, *, now: int, most: int) -> bool:
    """Note a claim that may be looked up now; only the holder of the order's lease asks."""
    if not may_claim(connection, reference, session_id, now=now, most=most):
        return False
    row = {"reference": reference, "session_id": session_id, "created_at": now, "next_at": now}
    insert_once(connection, session_claims, row)
    return True


def rest_until(connection: Connection, reference: str, session_id: str, at: int) -> None:
    connection.execute(
        update(session_claims)
        .where(_c.reference == reference, _c.session_id == session_id)
        .values(next_at=at)
    )
