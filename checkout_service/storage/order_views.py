"""One order as the outside may see it: built here, whatever it was read with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, select

from checkout_service.domain import ids
from checkout_service.domain.facts.buyer import SHOWN, Buyer
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.room import BoughtLine
from checkout_service.domain.status import AttemptState, OrderStatus
from checkout_service.domain.views.orders import LineView, OrderView

from .buyers import buyer_of
from .rooms import bought_of
from .rows import AnyRow
from .tables import attempts, order_lines, orders

Line = tuple[str | None, str, int, int]  # price, name, quantity, unit amount

# Columns of the order that a settlement never changes, but for the total of a changed cart.
KEPT = (
    "id", "amount_total", "currency", "livemode", "created_at", "flow", "client_reference_id",
    "capture",
)  # fmt: skip


class _Shown(Protocol):
    """The attempt that stands for its order: the one that paid it, or the newest."""

    @property
    def session_id(self) -> str | None: ...
    @property
    def intent_id(self) -> str | None: ...
    @property
    def customer_email(self) -> str | None: ...
    @property
    def amount_discount(self) -> int: ...
    @property
    def amount_tax(self) -> int: ...
    @property
    def amount_shipping(self) -> int: ...
    @property
    def amount_authorized(self) -> int: ...
    @property
    def authorized_until(self) -> int | None: ...
    @property
    def state(self) -> str: ...


def build_view(
    kept: dict[str, Any],
    derived: dict[str, Any],
    *,
    status: OrderStatus,
    holds: Sequence[str],
    metadata: str,
    customer_email: str | None,
    lines: Iterable[Line],
    shown: _Shown | None,
    buyer: Buyer,
    bought: Sequence[BoughtLine] = (),
) -> OrderView:
    """Describe an order; `kept` and `derived` hold its columns of these names.

    What was `bought`, by a buyer who had a choice, stands in the place of what was in the cart.
    """
    if bought:
        kept = kept | {"amount_total": sum(line.amount for line in bought)}
    held = shown if shown and shown.state == AttemptState.PROCESSING else None
    return OrderView(
        **kept,
        **derived,
        number=ids.number_of(kept["id"]),
        status=status,
        holds=tuple(holds),
        items=tuple(
            [LineView(*line) for line in bought]
            or [
                LineView(price, name, quantity, unit, quantity * unit)
                for price, name, quantity, unit in lines
            ]
        ),
        metadata=json.loads(metadata),
        customer_email=(shown.customer_email if shown else None) or customer_email,
        checkout_session=shown.session_id if shown else None,
        payment_intent=shown.intent_id if shown else None,
        amount_discount=shown.amount_discount if shown else 0,
        amount_tax=shown.amount_tax if shown else 0,
        amount_shipping=shown.amount_shipping if shown else 0,
        **{part: getattr(buyer, part) for part in SHOWN},
        amount_capturable=held.amount_authorized if held else 0,
        capture_before=held.authorized_until if held else None,
    )


def views_of(connection: Connection, rows: Sequence[AnyRow]) -> list[OrderView]:
    """Describe these orders, with their lines and attempts read in two statements."""
    ids = [row.id for row in rows]
    lines: dict[str, list[Line]] = {order_id: [] for order_id in ids}
    tries: dict[str, list[AnyRow]] = {order_id: [] for order_id in ids}
    if ids:
        of_lines = select(order_lines).where(order_lines.c.order_id.in_(ids))
        for line in connection.execute(of_lines.order_by(order_lines.c.place)):
            lines[line.order_id].append((line.price, line.name, line.quantity, line.unit_amount))
        of_attempts = select(attempts).where(attempts.c.order_id.in_(ids))
        for attempt in connection.execute(of_attempts.order_by(attempts.c.seq)):
            tries[attempt.order_id].append(attempt)
    return [_view(row, lines[row.id], tries[row.id]) for row in rows]


def views_of_ids(connection: Connection, names: Sequence[str]) -> dict[str, OrderView]:
    """Describe these orders by their ids; one that is not there is left out."""
    rows = connection.execute(select(orders).where(orders.c.id.in_(names))).all()
    return {view.id: view for view in views_of(connection, rows)}


def _view(row: AnyRow, lines: Sequence[Line], tries: Sequence[AnyRow]) -> OrderView:
    shown = next((a for a in tries if a.won), None) or next(
        (a for a in reversed(tries) if a.ours), None
    )
    return build_view(
        {name: getattr(row, name) for name in KEPT},
        {name: getattr(row, name) for name in Ledger.DERIVED},
        status=OrderStatus(row.status),
        holds=tuple(filter(None, row.holds.split(","))),
        metadata=row.metadata,
        customer_email=row.customer_email,
        lines=lines,
        shown=shown,
        buyer=buyer_of(shown.buyer if shown else None),
        bought=bought_of(shown.bought if shown else None),
    )
