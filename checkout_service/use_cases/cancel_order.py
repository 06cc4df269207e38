"""Cancel an order: close it at Stripe first, then record what is true."""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain import changes
from checkout_service.domain.errors import MoneyInFlight, NotFound, OrderPaid
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.status import SETTLED, AttemptState, OrderStatus
from checkout_service.domain.views import OrderView
from checkout_service.storage import orders
from checkout_service.storage.database import Database

from .answer import order_view
from .close_session import CloseSession
from .settle_order import SettleOrder


@dataclass(frozen=True, slots=True)
class CancelOrder:
    database: Database
    gateway: PaymentGateway
    settle_order: SettleOrder
    close_session: CloseSession
    pull_mode: bool

    def __call__(self, order_id: str, *, source: str = "api") -> OrderView:
        """Cancel an order that no money has come for.

        Raises NotFound, OrderPaid, MoneyInFlight, StripeUnavailable. In pull mode the order is
        canceled here only; a later payment is held.
        """
        if not is_order_id(order_id):
            raise NotFound
        if not self.pull_mode:
            self._close_at_stripe(order_id, source)
        order = self._view(order_id)
        if order.status in SETTLED:
            raise OrderPaid
        if order.status is OrderStatus.PROCESSING:
            raise MoneyInFlight
        if order.status is not OrderStatus.CANCELED:
            self.database.write(
                lambda c: self.settle_order.record(
                    c, order_id, [], source=source, change=changes.cancel, reason="canceled"
                )
            )
        return self._view(order_id)

    def _close_at_stripe(self, order_id: str, source: str) -> None:
        with self.database.read() as connection:
            tries = orders.attempt_rows(connection, order_id)
        for attempt in tries:
            if attempt.state == AttemptState.OPEN and attempt.session_id is not None:
                self.close_session.quietly(order_id, attempt.session_id, source=source)

    def _view(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)
