"""An order that was just written, as it would be read back: its create need not ask for it.

The rows are the truth. They are made into records here by what makes records of rows that were
read, so that the first request and a repeat after a crash are equal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace

from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.line import Line
from checkout_service.storage.offers import offered
from checkout_service.storage.orders import line_rows, lines_as_read
from checkout_service.storage.records import (
    AttemptRecord,
    OrderRecord,
    attempt_record,
    order_record,
)
from checkout_service.storage.rows import AnyRow

from .diff import Row
from .holds_refunds_disputes import Seldom
from .new_orders import BLANK_ATTEMPT, BLANK_ORDER, OrderRows
from .read import Loaded, loaded_with


@frozen
class NewOrder:
    """An order with its lines and its draft, and the ledger that they make."""

    order: OrderRecord
    draft: AttemptRecord
    lines: tuple[Line, ...]
    loaded: Loaded


def as_written(written: OrderRows) -> NewOrder:
    """Read what `insert_orders` was given, and wrote."""
    order = {**BLANK_ORDER, **written.order}
    attempt = {**BLANK_ATTEMPT, **written.attempt}
    rows = [SimpleNamespace(**row) for row in line_rows(order["id"], written.lines)]
    return NewOrder(
        order_record(SimpleNamespace(**order)),
        attempt_record(SimpleNamespace(**attempt)),
        lines_as_read(rows, order["currency"]),
        loaded_with([_joined(order, rows, attempt)], Seldom()),
    )


def _joined(order: Row, lines: Sequence[AnyRow], attempt: Row) -> AnyRow:
    """Make the row that joins an order with its attempt."""
    cart = [(line.price, line.name, line.quantity, line.unit_amount) for line in lines]
    joined = attempt | {f"order_{name}": value for name, value in order.items()}
    joined["order_options"] = offered(order["options"])
    joined["order_lines"] = json.dumps(cart)
    return SimpleNamespace(**joined)
