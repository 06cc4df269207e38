"""Payments of subscriptions beyond the first, as far as their refunds or disputes made us ask.

A row without an order is Stripe's answer that a payment is none of ours: nobody asks again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, exists, or_, select, update

from checkout_service.domain.facts.snapshots import InvoiceView, RenewalView, SubscriptionView

from .tables import attempts, inbox_events, orders, renewals, subscriptions
from .tables.machinery import UNCLAIMED
from .upsert import insert_once

_r, _e, _s = renewals.c, inbox_events.c, subscriptions.c
_TOLD = or_(*(_e.type.like(kind) for kind in ("refund.%", "charge.dispute.%", "radar.%")))
_SELLS = select(attempts.c.id).where(attempts.c.subscription_id.is_not(None)).limit(1)


def unasked(connection: Connection, *, now: int, limit: int) -> Sequence[str]:
    """List payments that nobody knows and that money went back of, where subscriptions are sold."""
    if connection.execute(_SELLS).first() is None:
        return ()
    waiting = and_(UNCLAIMED, _e.state == "waiting", _e.order_id.is_(None), _e.next_at <= now)
    asked = exists().where(_r.intent_id == _e.intent_id)
    found = select(_e.intent_id).where(waiting, _TOLD, ~asked).distinct().limit(limit)
    return connection.execute(found).scalars().all()


def keep(
    connection: Connection,
    intent_id: str,
    order_id: str | None,
    invoice: InvoiceView | None,
    *,
    now: int,
) -> None:
    """Note what a payment pays; its order reads that from now on, and whoever is at it again."""
    row = {"intent_id": intent_id, "order_id": order_id, "asked_at": now}
    if invoice is not None:
        row |= {
            "subscription_id": invoice.subscription_id,
            "invoice_id": invoice.id,
            "amount_due": invoice.amount_due,
            "amount_paid": invoice.amount_paid,
            "currency": invoice.currency,
        }
    insert_once(connection, renewals, row)
    if order_id is not None:
        more = {"has_more": True, "version": orders.c.version + 1}
        connection.execute(update(orders).where(orders.c.id == order_id).values(more))


def order_of(connection: Connection, intent_id: str | None) -> str | None:
    """Name the order whose subscription this payment went on with."""
    if intent_id is None:
        return None
    return connection.execute(select(_r.order_id).where(_r.intent_id == intent_id)).scalar()


def of_order(connection: Connection, order_id: str) -> dict[str, RenewalView]:
    """Return the payments of an order's subscription that are known, by their ids."""
    rows = connection.execute(
        select(renewals, _s.status, _s.current_period_end)
        .outerjoin(subscriptions, _s.id == _r.subscription_id)
        .where(_r.order_id == order_id)
        .order_by(_r.intent_id)
    )
    return {
        row.intent_id: RenewalView(
            SubscriptionView(
                row.subscription_id, row.status or "unknown", row.current_period_end
            ),
            InvoiceView(
                row.invoice_id, row.subscription_id, None, None, row.amount_due, row.amount_paid,
                row.currency,
            ),
        )
        for row in rows
    }  # fmt: skip
