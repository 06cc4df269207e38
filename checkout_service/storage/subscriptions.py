"""What was last heard of subscriptions, and which messages told of it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from checkout_service.domain.order.settlement import Message, MessageKind
from checkout_service.domain.order.subscriptions import Subscription

from .tables import outbox_messages, subscriptions
from .upsert import upsert

_m = outbox_messages.c
_s = subscriptions.c
_KNOWN = select(_s.id, _s.status, _s.current_period_end, _s.news_at)


def find(connection: Connection, subscription_id: str) -> Subscription:
    """Return what we know; of one never heard of, next to nothing."""
    row = connection.execute(_KNOWN.where(_s.id == subscription_id)).one_or_none()
    return Subscription(*row) if row is not None else Subscription(subscription_id)


def of_order(connection: Connection, order_id: str) -> tuple[Subscription, ...]:
    rows = connection.execute(_KNOWN.where(_s.order_id == order_id).order_by(_s.id))
    return tuple(Subscription(*row) for row in rows)


def keep(connection: Connection, order_id: str, known: Subscription, *, now: int) -> None:
    row = {
        "id": known.id,
        "order_id": order_id,
        "status": known.status,
        "current_period_end": known.current_period_end,
        "news_at": known.heard_at,
        "updated_at": now,
    }
    upsert(connection, subscriptions, row, ["id"])


def messages_about(connection: Connection, order_id: str, about: str) -> set[Message]:
    """List the messages this order was owed about an invoice or a subscription."""
    kinds = connection.execute(
        select(_m.kind).where(_m.order_id == order_id, _m.about == about)
    ).scalars()
    return {Message(MessageKind(kind), about) for kind in kinds}
