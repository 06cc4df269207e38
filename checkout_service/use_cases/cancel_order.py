"""Cancel an order: close it at Stripe first, then record what is true."""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain import changes
from checkout_service.domain.errors import MoneyInFlight, NotFound, OrderPaid
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.status import SETTLED, AttemptKind, AttemptState, OrderStatus
from checkout_service.domain.views import OrderView
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.rows import AnyRow

from .answer import order_view
from .close_session import CloseSession
from .open_attempt import OpenAttempt
from .settle_order import SettleOrder

_REASON = "canceled by the merchant"


@dataclass(frozen=True, slots=True)
class CancelOrder:
    database: Database
    gateway: PaymentGateway
    settle_order: SettleOrder
    close_session: CloseSession
    open_attempt: OpenAttempt
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
                    c, order_id, [], source=source, change=changes.cancel, reason=_REASON
                )
            )
        return self._view(order_id)

    def _close_at_stripe(self, order_id: str, source: str) -> None:
        """Close what could still be paid; the cancel is told with it, so no "failed" shows."""
        with self.database.read() as connection:
            tries = orders.attempt_rows(connection, order_id)
        for attempt in tries:
            if attempt.state == AttemptState.DRAFT:
                self.open_attempt.give_up(
                    order_id, attempt.id, source=source, reason=_REASON, then=changes.cancel
                )
            elif attempt.kind == AttemptKind.INTENT:
                self._close_intent(order_id, attempt, source)
            elif attempt.state == AttemptState.OPEN and attempt.session_id is not None:
                self.close_session.quietly(
                    order_id,
                    attempt.session_id,
                    source=source,
                    change=changes.cancel,
                    reason=_REASON,
                )

    def _close_intent(self, order_id: str, attempt: AnyRow, source: str) -> None:
        if attempt.state not in (AttemptState.OPEN, AttemptState.FAILED):
            return
        view = self.gateway.close_intent(attempt.intent_id)
        if view is None:
            self.settle_order(order_id, source=source, urgent=True)
            return
        self.database.write(
            lambda c: self.settle_order.record(
                c,
                order_id,
                [view],
                source=source,
                looked=True,
                change=changes.cancel,
                reason=_REASON,
            )
        )

    def _view(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)
