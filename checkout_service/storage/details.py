"""One order in depth: attempts, refunds, disputes, warnings, trail, each as frozen views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, Table, select

from checkout_service.domain.facts.snapshots import FraudWarningView
from checkout_service.domain.views.orders import AttemptView, HoldView, MoneyBackView, TrailView

from .ledger.holds_refunds_disputes import warning_of, warning_rows
from .rows import AnyRow
from .tables import attempts, disputes, holds, refunds, transitions


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
            seen_at=row.seen_at or None,
        )
        for row in connection.execute(
            select(attempts).where(attempts.c.order_id == order_id).order_by(attempts.c.seq)
        )
    )


def holds_of(connection: Connection, order_id: str) -> tuple[HoldView, ...]:
    rows = connection.execute(
        select(holds).where(holds.c.order_id == order_id).order_by(holds.c.raised_at, holds.c.name)
    )
    return tuple(map(_hold, rows))


def holds_up(connection: Connection, order_ids: Sequence[str]) -> dict[str, list[HoldView]]:
    """List the holds that are up by their orders."""
    mine = holds.c.order_id.in_(order_ids), holds.c.released_at.is_(None)
    rows = connection.execute(select(holds).where(*mine).order_by(holds.c.raised_at, holds.c.name))
    found: dict[str, list[HoldView]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        found[row.order_id].append(_hold(row))
    return found


def _hold(row: AnyRow) -> HoldView:
    return HoldView(
        name=row.name,
        attempt_id=row.attempt_id,
        expected=row.expected,
        seen=row.seen,
        seen_at=row.seen_at,
        source=row.source,
        event=row.event_id,
        raised_at=row.raised_at,
        released_at=row.released_at,
    )


def refunds_of(connection: Connection, order_id: str) -> tuple[MoneyBackView, ...]:
    return tuple(map(_view, _money_back(connection, refunds, order_id)))


def disputes_of(connection: Connection, order_id: str) -> tuple[MoneyBackView, ...]:
    return tuple(map(dispute_view, _money_back(connection, disputes, order_id)))


def dispute_view(row: AnyRow) -> MoneyBackView:
    return replace(_view(row), reason=row.reason, due_by=row.evidence_due_at)


def warnings_of(connection: Connection, order_id: str) -> tuple[FraudWarningView, ...]:
    return tuple(map(warning_of, warning_rows(connection, order_id)))


def _money_back(connection: Connection, table: Table, order_id: str) -> list[AnyRow]:
    statement = select(table).where(table.c.order_id == order_id)
    return list(connection.execute(statement.order_by(table.c.created_at, table.c.id)))


def _view(row: AnyRow) -> MoneyBackView:
    return MoneyBackView(
        row.id, row.amount, row.currency, row.status, row.intent_id, row.created_at
    )


def trail_of(connection: Connection, order_id: str) -> tuple[TrailView, ...]:
    rows = connection.execute(
        select(transitions).where(transitions.c.order_id == order_id).order_by(transitions.c.seq)
    )
    return tuple(
        TrailView(row.seq, row.before, row.after, row.source, row.reason, row.event_id, row.at)
        for row in rows
    )
