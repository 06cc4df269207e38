"""One order in depth: attempts, refunds, disputes, trail, each as frozen views."""

from __future__ import annotations

from sqlalchemy import Connection, Table, select

from checkout_service.domain.views import AttemptView, MoneyBackView, TrailView

from .orders import attempt_rows
from .tables import disputes, refunds, transitions


def attempts_of(connection: Connection, order_id: str) -> tuple[AttemptView, ...]:
    return tuple(
        AttemptView(
            id=row.id,
            kind=row.kind,
            state=row.state,
            won=row.won,
            checkout_session=row.session_id,
            payment_intent=row.intent_id,
            payment_link=row.link_id,
            amount=row.amount,
            stripe_status=row.stripe_status,
            payment_status=row.payment_status,
            expires_at=row.expires_at,
            created_at=row.created_at,
            recovery_url=row.recovery_url,
        )
        for row in attempt_rows(connection, order_id)
    )


def refunds_of(connection: Connection, order_id: str) -> tuple[MoneyBackView, ...]:
    return _money_back(connection, refunds, order_id)


def disputes_of(connection: Connection, order_id: str) -> tuple[MoneyBackView, ...]:
    return _money_back(connection, disputes, order_id)


def _money_back(connection: Connection, table: Table, order_id: str) -> tuple[MoneyBackView, ...]:
    rows = connection.execute(
        select(table).where(table.c.order_id == order_id).order_by(table.c.created_at, table.c.id)
    )
    return tuple(
        MoneyBackView(row.id, row.amount, row.currency, row.status, row.intent_id, row.created_at)
        for row in rows
    )


def trail_of(connection: Connection, order_id: str) -> tuple[TrailView, ...]:
    rows = connection.execute(
        select(transitions).where(transitions.c.order_id == order_id).order_by(transitions.c.seq)
    )
    return tuple(
        TrailView(row.seq, row.before, row.after, row.source, row.reason, row.event_id, row.at)
        for row in rows
    )
