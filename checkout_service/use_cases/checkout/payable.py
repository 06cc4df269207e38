"""Find the attempt an order can be paid with, or say why it cannot."""

from __future__ import annotations

from checkout_service.domain.errors import (
    MoneyInFlight,
    NotFound,
    OrderCanceled,
    OrderPaid,
    WrongFlow,
)
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.status import SETTLED, AttemptKind, OrderStatus
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.records import AttemptRecord


def newest_attempt(database: Database, order_id: str, kind: AttemptKind) -> AttemptRecord:
    """Return the newest attempt of an order that may still be paid.

    Raises NotFound, WrongFlow, OrderPaid, MoneyInFlight, OrderCanceled.
    """
    if not is_order_id(order_id):
        raise NotFound
    with database.read() as connection:
        order = orders.order_of(connection, order_id)
        tries = [row for row in orders.attempts_of(connection, order_id) if row.ours]
    if order is None or not tries:
        raise NotFound
    if order.flow is not kind:
        raise WrongFlow
    check_payable(order.status)
    return tries[-1]


def check_payable(status: OrderStatus) -> None:
    """Refuse what cannot be paid any more. Raises OrderPaid, MoneyInFlight, OrderCanceled."""
    if status in SETTLED:
        raise OrderPaid
    if status is OrderStatus.PROCESSING:
        raise MoneyInFlight
    if status is OrderStatus.CANCELED:
        raise OrderCanceled
