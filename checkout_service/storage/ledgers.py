"""Read one order's ledger from its rows, locked against others who would settle it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from checkout_service.domain.ledger import Attempt, Ledger, RaisedHold, Terms
from checkout_service.domain.snapshots import DisputeView, RefundView
from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus

from .rows import AnyRow
from .tables import attempts, disputes, holds, orders, refunds

# One join reads the order and its attempts; it locks the order's row (PostgreSQL; on SQLite the
# transaction holds the database's write lock already).
_ORDER_COLUMNS = [
    column.label(f"order_{column.name}")
    for column in (
        orders.c.id,
        orders.c.status,
        orders.c.amount_total,
        orders.c.currency,
        orders.c.livemode,
        orders.c.mode,
        orders.c.adjustable,
        orders.c.fulfilled,
        orders.c.canceled_at,
        orders.c.has_more,
        orders.c.version,
        orders.c.sequence,
        orders.c.moves,
        orders.c.look_due_at,
        orders.c.look_tries,
        orders.c.created_at,
    )
]
_LOAD = (
    select(*_ORDER_COLUMNS, attempts)
    .select_from(orders.outerjoin(attempts, attempts.c.order_id == orders.c.id))
    .order_by(attempts.c.seq)
)
_HOLDS = select(holds.c.name, holds.c.attempt_id, holds.c.released_at)


class Loaded:
    """A ledger together with the order's counters as they stood when it was read."""

    __slots__ = (
        "created_at",
        "ledger",
        "look_due_at",
        "look_tries",
        "moves",
        "sequence",
        "version",
    )

    def __init__(self, ledger: Ledger, row: AnyRow) -> None:
        self.ledger = ledger
        self.version: int = row.order_version
        self.sequence: int = row.order_sequence
        self.moves: int = row.order_moves
        self.look_due_at: int | None = row.order_look_due_at
        self.look_tries: int = row.order_look_tries
        self.created_at: int = row.order_created_at


def load_ledger(connection: Connection, order_id: str, *, lock: bool = True) -> Loaded | None:
    """Read the order whole; None if there is no such order."""
    statement = _LOAD.where(orders.c.id == order_id)
    if lock and connection.dialect.name == "postgresql":
        statement = statement.with_for_update(of=orders)
    rows = connection.execute(statement).all()
    if not rows:
        return None
    first = rows[0]
    more = _load_more(connection, order_id) if first.order_has_more else ((), {}, {})
    ledger = Ledger(
        terms=Terms(
            order_id=order_id,
            amount_total=first.order_amount_total,
            currency=first.order_currency,
            livemode=first.order_livemode,
            mode=first.order_mode,
            adjustable=frozenset(filter(None, first.order_adjustable.split(","))),
        ),
        status=OrderStatus(first.order_status),
        canceled=first.order_canceled_at is not None,
        fulfilled=first.order_fulfilled,
        attempts=tuple(_attempt(row) for row in rows if row.id is not None),
        holds=more[0],
        refunds=more[1],
        disputes=more[2],
    )
    return Loaded(ledger, first)


def _load_more(
    connection: Connection, order_id: str
) -> tuple[tuple[RaisedHold, ...], dict[str, RefundView], dict[str, DisputeView]]:
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


def _attempt(row: AnyRow) -> Attempt:
    return Attempt(
        id=row.id,
        seq=row.seq,
        kind=AttemptKind(row.kind),
        state=AttemptState(row.state),
        ours=row.ours,
        won=row.won,
        session_id=row.session_id,
        intent_id=row.intent_id,
        link_id=row.link_id,
        reference=row.reference,
        amount=row.amount,
        amount_discount=row.amount_discount,
        amount_tax=row.amount_tax,
        amount_shipping=row.amount_shipping,
        stripe_status=row.stripe_status,
        payment_status=row.payment_status,
        url=row.url,
        expires_at=row.expires_at,
        customer_email=row.customer_email,
        subscription_id=row.subscription_id,
        recovery_url=row.recovery_url,
    )
