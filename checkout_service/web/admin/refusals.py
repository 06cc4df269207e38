"""Why something cannot be done to an order as it is: said in place of a form, and to its sender."""

from __future__ import annotations

from checkout_service.domain.errors import (
    ChargeDisputed,
    CheckoutError,
    MoneyInFlight,
    NotPaid,
    OrderCanceled,
    OrderPaid,
    PullMode,
    RefundTooLarge,
)
from checkout_service.domain.holds import NoSuchHold
from checkout_service.domain.order.care import NotFulfilled
from checkout_service.domain.status import SETTLED, Hold, OrderStatus
from checkout_service.domain.views.orders import OrderView
from checkout_service.web.context import settings
from checkout_service.web.pages.rendering import money


def refusal(name: str, order: OrderView, left: int) -> CheckoutError | None:
    """Return why this act is off, or None; `left` is what can still go back (minor units)."""
    match name:
        case "refund":
            return _of_refund(order, left)
        case "cancel":
            return _of_cancel(order.status)
        case "release":
            return None if order.holds else NoSuchHold()
        case "ship":
            return None if order.fulfilled else NotFulfilled()
        case _:
            return None


def _of_refund(order: OrderView, left: int) -> CheckoutError | None:
    if settings().pull_mode:
        return PullMode()
    if Hold.DUPLICATE_PAYMENT in order.holds:
        return None  # the other payment can go back, whatever became of the one that counts
    if order.status is OrderStatus.DISPUTED:
        return ChargeDisputed()
    if order.amount_paid == 0:
        return NotPaid()
    return None if left > 0 else RefundTooLarge(left, money(0, order.currency))


def _of_cancel(status: OrderStatus) -> CheckoutError | None:
    if status in SETTLED:
        return OrderPaid()
    if status is OrderStatus.PROCESSING:
        return MoneyInFlight()
    return OrderCanceled() if status is OrderStatus.CANCELED else None
