"""What most orders have none of: holds, refunds, disputes and warnings, as parts of a ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from checkout_service.domain.facts.fact import Seen
from checkout_service.domain.facts.snapshots import (
    DisputeView,
    FraudWarningView,
    RefundView,
    RenewalView,
)
from checkout_service.domain.order.ledger import RaisedHold
from checkout_service.domain.status import Hold
from checkout_service.storage import renewals
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import disputes, fraud_warnings, holds, refunds


@dataclass(slots=True)
class Seldom:
    """Holds, refunds, disputes and warnings of one order, and when the latter were observed."""

    holds: tuple[RaisedHold, ...] = ()
    refunds: dict[str, RefundView] = field(default_factory=dict)
    disputes: dict[str, DisputeView] = field(default_factory=dict)
    warnings: dict[str, FraudWarningView] = field(default_factory=dict)
    renewals: dict[str, RenewalView] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)


def load_seldom(connection: Connection, order_id: str) -> Seldom:
    """Read an order's holds, refunds, disputes and warnings."""
    found = Seldom(
        holds=_holds(connection, order_id), renewals=renewals.of_order(connection, order_id)
    )
    for row in connection.execute(select(refunds).where(refunds.c.order_id == order_id)):
        found.refunds[row.id] = refund_of(row)
        found.seen[row.id] = Seen(row.seen_at, row.seen_by_event)
    for row in connection.execute(select(disputes).where(disputes.c.order_id == order_id)):
        found.disputes[row.id] = _dispute(row)
        found.seen[row.id] = Seen(row.seen_at, row.seen_by_event)
    for row in warning_rows(connection, order_id):
        found.warnings[row.id] = warning_of(row)
        found.seen[row.id] = Seen(row.seen_at, row.seen_by_event)
    return found


def warning_rows(connection: Connection, order_id: str) -> list[AnyRow]:
    w = fraud_warnings.c
    asked = select(fraud_warnings).where(w.order_id == order_id).order_by(w.created_at, w.id)
    return list(connection.execute(asked))


def _holds(connection: Connection, order_id: str) -> tuple[RaisedHold, ...]:
    rows = connection.execute(
        select(holds).where(holds.c.order_id == order_id).order_by(holds.c.raised_at, holds.c.name)
    )
    return tuple(
        RaisedHold(
            Hold(row.name),
            row.attempt_id,
            released=row.released_at is not None,
            expected=row.expected,
            seen=row.seen,
            seen_at=row.seen_at or 0,
        )
        for row in rows
    )


def refund_of(row: AnyRow) -> RefundView:
    return RefundView(
        id=row.id,
        amount=row.amount,
        currency=row.currency,
        status=row.status,
        intent_id=row.intent_id,
        charge_id=row.charge_id,
        created=row.created_at,
        request_id=row.request_id,
        booked=row.booked,
    )


def _dispute(row: AnyRow) -> DisputeView:
    return DisputeView(
        id=row.id,
        amount=row.amount,
        currency=row.currency,
        status=row.status,
        intent_id=row.intent_id,
        charge_id=row.charge_id,
        reason=row.reason,
        evidence_due_at=row.evidence_due_at,
        created=row.created_at,
    )


def warning_of(row: AnyRow) -> FraudWarningView:
    return FraudWarningView(
        id=row.id,
        intent_id=row.intent_id,
        charge_id=row.charge_id,
        fraud_type=row.fraud_type,
        actionable=row.actionable,
        created=row.created_at,
    )
