"""What the buyer's page says of an order: exactly one state, and what may be offered in it."""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain.status import SETTLED, OrderStatus
from checkout_service.domain.views import OrderView

_STATE_OF_STATUS = {
    OrderStatus.PENDING: "unpaid",
    OrderStatus.PROCESSING: "processing",
    OrderStatus.FAILED: "failed",
    OrderStatus.EXPIRED: "expired",
    OrderStatus.CANCELED: "expired",
}
_MAY_START_OVER = frozenset((OrderStatus.FAILED, OrderStatus.EXPIRED))


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order as its page shows it. Amounts are minor units."""

    order: OrderView

    @property
    def state(self) -> str:
        """Name the state: paid, processing, unpaid, failed, expired or checking."""
        settled = self.order.status in SETTLED
        if self.order.holds and not (settled and self.order.fulfilled):
            return "checking"
        return "paid" if settled else _STATE_OF_STATUS[self.order.status]

    @property
    def may_start_over(self) -> bool:
        """Say whether paying anew can be offered: never while money may be on its way."""
        return self.order.status in _MAY_START_OVER and self.state != "checking"

    @property
    def waits(self) -> bool:
        return not self.order.final

    @property
    def poll_url(self) -> str | None:
        """Give the address that tells when this page is out of date."""
        session = self.order.checkout_session
        if not self.waits or session is None:
            return None
        return f"/api/v1/checkout-sessions/{session}"

    @property
    def adjusted(self) -> bool:
        """Say whether Stripe's page changed the total: a discount, tax or shipping."""
        order = self.order
        return bool(order.amount_discount or order.amount_tax or order.amount_shipping)

    @property
    def total(self) -> int:
        order = self.order
        return order.amount_total - order.amount_discount + order.amount_tax + order.amount_shipping
