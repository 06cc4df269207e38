"""Wishes to refund, written down before Stripe is asked; the row's id is Stripe's key."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from checkout_service.domain import ids

from .rows import AnyRow
from .tables import refund_requests
from .upsert import insert_once

_r = refund_requests.c


def by_nonce(connection: Connection, nonce: str) -> AnyRow | None:
    return connection.execute(select(refund_requests).where(_r.nonce == nonce)).one_or_none()


def insert_wish(
    connection: Connection, *, order_id: str, intent_id: str, amount: int, nonce: str, now: int
) -> AnyRow:
    insert_once(
        connection,
        refund_requests,
        {
            "id": ids.new_id("rfq"),
            "nonce": nonce,
            "order_id": order_id,
            "intent_id": intent_id,
            "amount": amount,
            "created_at": now,
        },
    )
    return by_nonce(connection, nonce)


def asked_for(connection: Connection, intent_id: str) -> int:
    """Sum the wishes whose outcome is not known yet (minor units)."""
    total = connection.execute(
        select(func.coalesce(func.sum(_r.amount), 0)).where(
            _r.intent_id == intent_id, _r.refund_id.is_(None), _r.refused.is_(None)
        )
    ).scalar()
    return int(total or 0)


def unfinished(connection: Connection, *, older_than: int, limit: int) -> list[AnyRow]:
    """List wishes whose outcome is unknown, for the sweep to ask again with the same key."""
    return list(
        connection.execute(
            select(refund_requests)
            .where(_r.refund_id.is_(None), _r.refused.is_(None), _r.created_at < older_than)
            .order_by(_r.created_at)
            .limit(limit)
        )
    )


def done(connection: Connection, wish_id: str, refund_id: str) -> None:
    connection.execute(update(refund_requests).where(_r.id == wish_id).values(refund_id=refund_id))


def refuse(connection: Connection, wish_id: str, reason: str) -> None:
    connection.execute(update(refund_requests).where(_r.id == wish_id).values(refused=reason[:200]))
