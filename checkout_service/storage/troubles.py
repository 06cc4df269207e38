"""What most orders have none of: holds, refunds and disputes, as parts of a ledger."""

from __future__ import annotations

from sqlalchemy import Connection, select

from checkout_service.domain.ledger import RaisedHold
from checkout_service.domain.snapshots import DisputeView, RefundView
from checkout_service.domain.status import Hold

from .tables import disputes, holds, refunds

_HOLDS = select(holds.c.name, holds.c.attempt_id, holds.c.released_at)


def load_troubles(
    connection: Connection, order_id: str
) -> tuple[tuple[RaisedHold, ...], dict[str, RefundView], dict[str, DisputeView]]:
    """Read an order's holds, refunds and disputes."""
    raised = tuple(
        RaisedHold(Hold(row.name), row.attempt_id, row.released_at is not None)
        for row in connection.execute(
            _HOLDS.where(holds.c.order_id == order_id).order_by(holds.c.raised_at, holds.c.name)
        )
    )
    return raised, _refunds(connection, order_id), _disputes(connection, order_id)


def _refunds(connection: Connection, order_id: str) -> dict[str, RefundView]:
    rows = connection.execute(select(refunds).where(refunds.c.order_id == order_id))
    return {
        row.id: RefundView(
            id=row.id,
            amount=row.amount,
            currency=row.currency,
            status=row.status,
            intent_id=row.intent_id,
            charge_id=row.charge_id,
            created=row.created_at,
        )
        for row in rows
    }


def _disputes(connection: Connection, order_id: str) -> dict[str, DisputeView]:
    rows = connection.execute(select(disputes).where(disputes.c.order_id == order_id))
    return {
        row.id: DisputeView(
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
        for row in rows
    }
