"""Read one order's ledger from its rows, locked against others who would settle it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, literal_column, or_, select

from checkout_service.domain.facts.buyer import NOBODY
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.ledger import MANUAL, Ledger, Terms
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage.offers import OFFERED, OFFERS
from checkout_service.storage.order_views import KEPT, Line, build_view
from checkout_service.storage.prepared import Prepared, one_for_all
from checkout_service.storage.rooms import room_of
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import attempts, inbox_events, orders
from checkout_service.storage.tables.machinery import UNCLAIMED

from .attempt_rows import COLUMNS, attempt_of
from .holds_refunds_disputes import Seldom, load_seldom

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
        orders.c.capture,
        orders.c.adjustable,
        orders.c.room,
        orders.c.fulfilled,
        orders.c.canceled_at,
        orders.c.has_more,
        orders.c.version,
        orders.c.sequence,
        orders.c.moves,
        orders.c.look_due_at,
        orders.c.look_tries,
        orders.c.look_wishes,
        orders.c.created_at,
        orders.c.flow,
        orders.c.client_reference_id,
        orders.c.metadata,
        orders.c.customer_email,
        orders.c.erased_at,
    )
]
_ORDER_COLUMNS.append(OFFERED.label("order_options"))
_LINES = {
    "postgresql": "(SELECT json_agg(json_build_array(price, name, quantity, unit_amount)"
    " ORDER BY place)::text FROM order_lines WHERE order_id = orders.id)",
    "sqlite": "(SELECT json_group_array(json_array(price, name, quantity, unit_amount))"
    " FROM (SELECT * FROM order_lines WHERE order_id = orders.id ORDER BY place))",
}
_ATTEMPT_COLUMNS = [attempts.c[name] for name in COLUMNS]
LOAD = {
    dialect: select(*_ORDER_COLUMNS, literal_column(lines).label("order_lines"), *_ATTEMPT_COLUMNS)
    .select_from(orders.outerjoin(attempts, attempts.c.order_id == orders.c.id))
    .order_by(attempts.c.seq)
    for dialect, lines in _LINES.items()
}
_BY_ID = Prepared(
    {dialect: load.where(orders.c.id == bindparam("b_id")) for dialect, load in LOAD.items()}
)
# A statement of its own: a join that waits for the lock would show the order's new row beside its
# attempts as they were before the wait. (On SQLite the transaction holds the write lock already.)
_LOCK = one_for_all(select(orders.c.id).where(orders.c.id == bindparam("b_id")).with_for_update())
_ours = attempts.alias("ours")
_others = attempts.alias("others")
_event = inbox_events.alias("known")


def by_attempt(load: Any, column: str, name: Any) -> Any:
    """Load the order of the attempt that has this id in that column."""
    order_id = (
        select(_ours.c.order_id).where(_ours.c[column] == name).correlate(None).scalar_subquery()
    )
    return load.where(orders.c.id == order_id)


def of_session(load: Any, session: Any, event: Any, intent: Any) -> Any:
    """Load the order of a session, with what the inbox knows of an event and its intent."""
    return by_attempt(load, "session_id", session).add_columns(
        # Empty for an event of no version, null for one we do not know.
        select(func.coalesce(_event.c.api_version, literal_column("''")))
        .where(_event.c.id == event)
        .correlate(None)
        .scalar_subquery()
        .label("event_version"),
        or_(
            exists().where(inbox_events.c.intent_id == intent, UNCLAIMED),
            exists().where(_others.c.intent_id == intent, _others.c.order_id != orders.c.id),
        ).label("intent_has_more"),
    )


_BY_SESSION = Prepared(
    {
        dialect: of_session(load, *map(bindparam, ("b_session", "b_event", "b_intent")))
        for dialect, load in LOAD.items()
    }
)


@frozen
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
    def look_requests(self) -> int:
        return int(self.row.order_look_wishes)

    @property
    def created_at(self) -> int:
        return int(self.row.order_created_at)

    @property
    def canceled_at(self) -> int | None:
        at: int | None = self.row.order_canceled_at
        return at

    @property
    def event_version(self) -> str | None:
        """The API version of the event that was asked about; None if we do not have it."""
        version: str | None = self.row.event_version
        return version

    @property
    def intent_has_more(self) -> bool:
        """True if events wait for somebody to know the intent, or another order knows it."""
        return bool(self.row.intent_has_more)

    def without(self, taken: frozenset[str]) -> Loaded:
        """Note payments that are other orders'."""
        return replace(self, ledger=replace(self.ledger, taken=taken)) if taken else self

    def view(self, after: Ledger) -> OrderView:
        """Describe the order with this ledger in the place of the one that was read."""
        row, total = self.row, after.terms.amount_total
        shown = after.winner or next((a for a in reversed(after.attempts) if a.ours), None)
        return build_view(
            {name: getattr(row, f"order_{name}") for name in KEPT} | {"amount_total": total},
            {name: getattr(after, name) for name in Ledger.DERIVED},
            status=after.status,
            holds=after.active_holds,
            metadata=row.order_metadata,
            customer_email=row.order_customer_email,
            lines=self._lines_for(total),
            shown=shown,
            buyer=shown.buyer if shown else NOBODY,
            bought=shown.bought if shown else (),
        )

    def rows_for(self, total: int) -> Any:
        """Return the lines of the terms with this total; None if it is the one that was read."""
        if total == self.row.order_amount_total:
            return None
        return next(terms["lines"] for terms in _offers(self.row) if terms["total"] == total)

    def _lines_for(self, total: int) -> list[Line]:
        rows = self.rows_for(total)
        if rows is None:
            return _lines(self.row)
        return [(r["price"], r["name"], r["quantity"], r["unit_amount"]) for r in rows]


def load_ledger(connection: Connection, order_id: str, *, lock: bool = True) -> Loaded | None:
    """Read the order whole; None if there is no such order."""
    if lock and connection.dialect.name == "postgresql":
        _LOCK.rows(connection, {"b_id": order_id})
    rows = _BY_ID.rows(connection, {"b_id": order_id})
    return loaded_of(connection, rows) if rows else None


def load_of_session(
    connection: Connection, session_id: str, *, event_id: str, intent_id: str | None
) -> Loaded | None:
    """Read the order of a session, with what the inbox knows, in one statement and unlocked."""
    rows = _BY_SESSION.rows(
        connection, {"b_session": session_id, "b_event": event_id, "b_intent": intent_id}
    )
    return loaded_of(connection, rows) if rows else None


def loaded_of(connection: Connection, rows: Sequence[AnyRow]) -> Loaded:
    first = rows[0]
    more = load_seldom(connection, first.order_id) if first.order_has_more else Seldom()
    return loaded_with(rows, more)


def loaded_with(rows: Sequence[AnyRow], seldom: Seldom) -> Loaded:
    """Make a ledger of an order's rows, one an attempt, and of what most orders have none of."""
    first = rows[0]
    ledger = Ledger(
        terms=_terms(first),
        status=OrderStatus(first.order_status),
        canceled=first.order_canceled_at is not None,
        fulfilled=first.order_fulfilled,
        erased=first.order_erased_at is not None,
        attempts=tuple(attempt_of(row) for row in rows if row.id is not None),
        holds=seldom.holds,
        refunds=seldom.refunds,
        disputes=seldom.disputes,
        warnings=seldom.warnings,
        renewals=seldom.renewals,
        seen=seldom.seen,
    )
    return Loaded(ledger, first)


def _terms(row: AnyRow) -> Terms:
    return Terms(
        order_id=row.order_id,
        amount_total=row.order_amount_total,
        currency=row.order_currency,
        livemode=row.order_livemode,
        mode=row.order_mode,
        adjustable=frozenset(filter(None, row.order_adjustable.split(","))),
        lines=_sums(row) if row.order_adjustable else None,  # else nobody asks for them
        manual=row.order_capture == MANUAL,
        offers={terms["total"]: _amounts(terms["lines"]) for terms in _offers(row)},
        room=room_of(row.order_room),
    )


def _sums(row: AnyRow) -> tuple[tuple[int, int], ...]:
    return tuple((n, n * unit) for _, _, n, unit in _lines(row))


def _amounts(rows: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((row["quantity"], row["quantity"] * row["unit_amount"]) for row in rows)


def _offers(row: AnyRow) -> list[dict[str, Any]]:
    if row.order_options is None:
        return []
    offers: list[dict[str, Any]] = json.loads(row.order_options).get(OFFERS, [])
    return offers


def _lines(row: AnyRow) -> list[Line]:
    lines: list[Line] = json.loads(row.order_lines or "[]")
    return lines
