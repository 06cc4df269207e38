"""List disputes: what waits for an answer by when it is due, all else newest first."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, TextClause, and_, func, not_, select, tuple_

from checkout_service.domain.order.ledger import DISPUTE_NEEDS_RESPONSE
from checkout_service.domain.views.disputes import DisputeStage, ListedDispute
from checkout_service.storage.details import dispute_view
from checkout_service.storage.tables import disputes, orders
from checkout_service.storage.tables.money import UNANSWERED

NO_DATE = 2**50
"""Stands for when a dispute is due that Stripe gave no date: after all that have one."""
_d = disputes.c
_DUE = func.coalesce(_d.evidence_due_at, NO_DATE)
# No join: the condition of the partial index names its columns by themselves.
_LIVEMODE = select(orders.c.livemode).where(orders.c.id == _d.order_id).scalar_subquery()
_AT_THE_BANK = _d.status.in_(("under_review", "warning_under_review", "appeal_under_review"))
_WHERE: dict[DisputeStage, ColumnElement[bool] | TextClause] = {
    DisputeStage.TO_ANSWER: UNANSWERED,
    DisputeStage.AT_THE_BANK: _AT_THE_BANK,
    DisputeStage.DECIDED: and_(
        _d.status.not_in(sorted(DISPUTE_NEEDS_RESPONSE)), not_(_AT_THE_BANK)
    ),
}


def page(
    connection: Connection, stage: DisputeStage, *, after: tuple[int, str] | None, limit: int
) -> list[ListedDispute]:
    """List the disputes of a stage; `after` is the last one's time and id on the page before."""
    found = select(disputes, _LIVEMODE.label("livemode")).where(_WHERE[stage]).limit(limit)
    if stage is DisputeStage.TO_ANSWER:
        found = found.order_by(_DUE, _d.id)
        beyond = None if after is None else tuple_(_DUE, _d.id) > after
    else:
        found = found.order_by(_d.created_at.desc(), _d.id.desc())
        beyond = None if after is None else tuple_(_d.created_at, _d.id) < after
    if beyond is not None:
        found = found.where(beyond)
    return [
        ListedDispute(dispute_view(row), row.order_id, row.livemode)
        for row in connection.execute(found)
    ]
