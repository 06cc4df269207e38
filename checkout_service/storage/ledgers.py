"""Read one order's ledger from its rows, locked against others who would settle it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, exists, literal_column, select

from checkout_service.domain.ledger import Attempt, Ledger, RaisedHold, Terms
from checkout_service.domain.snapshots import DisputeView, RefundView
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus
from checkout_service.domain.views import LineView, OrderView

from .direct import Direct, one_for_all
from .machine_tables import UNCLAIMED
from .rows import AnyRow
from .tables import attempts, inbox_events, orders
from .troubles import load_troubles

# One join reads the order, its lines and its attempts.
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
        orders.c.flow,
        orders.c.client_reference_id,
        orders.c.metadata,
        orders.c.customer_email,
    )
]
_LINES = {
    "postgresql": "(SELECT json_agg(json_build_array(price, name, quantity, unit_amount)"
    " ORDER BY place)::text FROM order_lines WHERE order_id = orders.id)",
    "sqlite": "(SELECT json_group_array(json_array(price, name, quantity, unit_amount))"
    " FROM (SELECT * FROM order_lines WHERE order_id = orders.id ORDER BY place))",
}
_ATTEMPT_COLUMNS = [column for column in attempts.c if column.name != "order_id"]
_LOAD = {
    dialect: select(*_ORDER_COLUMNS, literal_column(lines).label("order_lines"), *_ATTEMPT_COLUMNS)
    .select_from(orders.outerjoin(attempts, attempts.c.order_id == orders.c.id))
    .order_by(attempts.c.seq)
    for dialect, lines in _LINES.items()
}
_BY_ID = Direct(
    {dialect: load.where(orders.c.id == bindparam("b_id")) for dialect, load in _LOAD.items()}
)
# A statement of its own: a join that waits for the lock would show the order's new row beside its
# attempts as they were before the wait. (On SQLite the transaction holds the write lock already.)
_LOCK = one_for_all(select(orders.c.id).where(orders.c.id == bindparam("b_id")).with_for_update())
_ours = attempts.alias("ours")


def _by_attempt(load: Any, column: str, name: str) -> Any:
    """Load the order of the attempt that has this id in that column."""
    order_id = (
        select(_ours.c.order_id)
        .where(_ours.c[column] == bindparam(name))
        .correlate(None)
        .scalar_subquery()
    )
    return load.where(orders.c.id == order_id)


_READ = {
    column: Direct(
        {dialect: _by_attempt(load, column, "b_name") for dialect, load in _LOAD.items()}
    )
    for column in ("session_id", "intent_id")
}
_BY_SESSION = Direct(
    {
        dialect: _by_attempt(load, "session_id", "b_session").add_columns(
            exists().where(inbox_events.c.id == bindparam("b_event")).label("event_known"),
            exists()
            .where(inbox_events.c.intent_id == bindparam("b_intent"), UNCLAIMED)
            .label("intent_has_news"),
        )
        for dialect, load in _LOAD.items()
    }
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ledger together with the order's row as it stood when it was read."""

    ledger: Ledger
    row: AnyRow

    @property
    def version(self) -> int:
        return int(self.row.order_version)

    @property
    def sequence(self) -> int:
        return int(self.row.order_sequence)

    @property
    def moves(self) -> int:
        return int(self.row.order_moves)

    @property
    def look_due_at(self) -> int | None:
        due: int | None = self.row.order_look_due_at
        return due

    @property
    def look_tries(self) -> int:
        return int(self.row.order_look_tries)

    @property
    def created_at(self) -> int:
        return int(self.row.order_created_at)

    def view(self, after: Ledger) -> OrderView:
        """Describe the order with this ledger in the place of the one that was read."""
        row = self.row
        shown = after.winner or next((a for a in reversed(after.attempts) if a.ours), None)
        return OrderView(
            id=after.terms.order_id,
            status=after.status,
            fulfilled=after.fulfilled,
            amount_total=after.terms.amount_total,
            amount_paid=after.amount_paid,
            amount_refunded=after.amount_refunded,
            currency=after.terms.currency,
            holds=after.active_holds,
            livemode=after.terms.livemode,
            created_at=row.order_created_at,
            items=tuple(
                LineView(price, name, quantity, unit, quantity * unit)
                for price, name, quantity, unit in _lines(row)
            ),
            client_reference_id=row.order_client_reference_id,
            metadata=json.loads(row.order_metadata),
            flow=row.order_flow,
            customer_email=(shown.customer_email if shown else None) or row.order_customer_email,
            checkout_session=shown.session_id if shown else None,
            payment_intent=shown.intent_id if shown else None,
            amount_discount=shown.amount_discount if shown else 0,
            amount_tax=shown.amount_tax if shown else 0,
            amount_shipping=shown.amount_shipping if shown else 0,
        )


def load_ledger(connection: Connection, order_id: str, *, lock: bool = True) -> Loaded | None:
    """Read the order whole; None if there is no such order."""
    if lock and connection.dialect.name == "postgresql":
        _LOCK.rows(connection, {"b_id": order_id})
    rows = _BY_ID.rows(connection, {"b_id": order_id})
    return _loaded(connection, rows) if rows else None


def read_of_session(connection: Connection, session_id: str) -> Loaded | None:
    """Read the order of a session, unlocked."""
    return _read(connection, "session_id", session_id)


def read_of_intent(connection: Connection, intent_id: str) -> Loaded | None:
    """Read the order of an intent, unlocked."""
    return _read(connection, "intent_id", intent_id)


def _read(connection: Connection, column: str, name: str) -> Loaded | None:
    rows = _READ[column].rows(connection, {"b_name": name})
    return _loaded(connection, rows) if rows else None


def load_of_session(
    connection: Connection, session_id: str, *, event_id: str, intent_id: str | None
) -> Loaded | None:
    """Read the order of a session, with what the inbox knows, in one statement and unlocked."""
    rows = _BY_SESSION.rows(
        connection, {"b_session": session_id, "b_event": event_id, "b_intent": intent_id}
    )
    return _loaded(connection, rows) if rows else None


def _loaded(connection: Connection, rows: Sequence[AnyRow]) -> Loaded:
    first = rows[0]
    order_id = first.order_id
    raised: tuple[RaisedHold, ...] = ()
    gone: dict[str, RefundView] = {}
    disputed: dict[str, DisputeView] = {}
    if first.order_has_more:
        raised, gone, disputed = load_troubles(connection, order_id)
    ledger = Ledger(
        terms=Terms(
            order_id=order_id,
            amount_total=first.order_amount_total,
            currency=first.order_currency,
            livemode=first.order_livemode,
            mode=first.order_mode,
            adjustable=frozenset(filter(None, first.order_adjustable.split(","))),
            lines=tuple((n, n * unit) for _, _, n, unit in _lines(first))
            if first.order_adjustable
            else None,
        ),
        status=OrderStatus(first.order_status),
        canceled=first.order_canceled_at is not None,
        fulfilled=first.order_fulfilled,
        attempts=tuple(_attempt(row) for row in rows if row.id is not None),
        holds=raised,
        refunds=gone,
        disputes=disputed,
    )
    return Loaded(ledger, first)


def _lines(row: AnyRow) -> list[tuple[str | None, str, int, int]]:
    """Read price, name, quantity and unit amount of each line."""
    lines: list[tuple[str | None, str, int, int]] = json.loads(row.order_lines or "[]")
    return lines


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
