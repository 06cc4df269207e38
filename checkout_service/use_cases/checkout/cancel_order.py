"""Cancel an order: close it at Stripe first, then record what is true."""

from __future__ import annotations

from contextlib import suppress

from checkout_service.domain.errors import (
    MoneyInFlight,
    NotFound,
    OpenedWrong,
    OrderCanceled,
    OrderPaid,
    ReadsSpent,
    StripeUnavailable,
    UnknownToStripe,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.order import changes
from checkout_service.domain.status import SETTLED, AttemptKind, AttemptState, OrderStatus
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.records import AttemptRecord
from checkout_service.use_cases.orders.answer import order_view
from checkout_service.use_cases.settle.look_at_order import Look, LookAtOrder
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .close_attempt import CANCELED_BY_MERCHANT, CloseAttempt
from .open_attempt import OpenAttempt

_UNPAID = frozenset((AttemptState.DRAFT, AttemptState.OPEN))


@frozen
class CancelOrder:
    database: Database
    settle_order: SettleOrder
    close_attempt: CloseAttempt
    open_attempt: OpenAttempt
    look_at_order: LookAtOrder
    pull_mode: bool

    def cancel(self, order_id: str, *, source: str = "api") -> OrderView:
        """Cancel an order that no money has come for.

        Raises NotFound, OrderPaid, MoneyInFlight; StripeUnavailable and ReadsSpent: the sweep goes
        on with it then. In pull mode the order is canceled here only, as is one that Stripe does
        not know; a later payment is held.
        """
        if not is_order_id(order_id):
            raise NotFound
        closed: set[str] = set()
        while new := {attempt.id for attempt in self._attempts(order_id)} - closed:
            # Until the cancel is written down, the buyer may open another beside it.
            closed |= new
            self._cancel(order_id, source)
        return self._view(order_id)

    def _cancel(self, order_id: str, source: str) -> None:
        if not self.pull_mode:
            with suppress(UnknownToStripe):  # nothing of this account's is left to close
                self._close_at_stripe(order_id, source)
        order = self._view(order_id)
        if order.status in SETTLED:
            raise OrderPaid
        if order.status is OrderStatus.PROCESSING:
            raise MoneyInFlight
        if order.status is not OrderStatus.CANCELED:
            self.settle_order.settle(
                Case(source, order_id=order_id, change=changes.cancel, reason=CANCELED_BY_MERCHANT)
            )

    def _close_at_stripe(self, order_id: str, source: str) -> None:
        try:
            self._close_all(order_id, source)
        except (StripeUnavailable, ReadsSpent):
            for attempt in self._attempts(order_id):
                if attempt.ours and attempt.state in _UNPAID:
                    self.close_attempt.remember(attempt)
            raise

    def _close_all(self, order_id: str, source: str) -> None:
        self._give_up_draft(order_id, source)
        seen = self._look_at_intents(order_id, source)
        for attempt in self._attempts(order_id):
            self._close(attempt, source, seen=seen)

    def _look_at_intents(self, order_id: str, source: str) -> bool:
        """Look before an intent is canceled: Stripe lets one go whose voucher is being paid.

        False where the order may not be looked up, by us or any more: the closing looks itself.
        """
        if any(
            attempt.kind is AttemptKind.INTENT and attempt.state is AttemptState.OPEN
            for attempt in self._attempts(order_id)
        ):
            return self.look_at_order.look_in_turn(order_id, source=source) is not Look.BUSY
        return True

    def _give_up_draft(self, order_id: str, source: str) -> None:
        """Withdraw what was never opened; the cancel is told with it, so no "failed" shows."""
        if all(attempt.state is not AttemptState.DRAFT for attempt in self._attempts(order_id)):
            return
        with suppress(OpenedWrong, OrderCanceled):  # it is closed already
            self.open_attempt.give_up(
                order_id, source=source, reason=CANCELED_BY_MERCHANT, then=changes.cancel
            )

    def _close(self, attempt: AttemptRecord, source: str, *, seen: bool) -> None:
        """Close what could still be paid, and tell the cancel with it."""
        order_id, state = attempt.order_id, attempt.state
        if attempt.kind is AttemptKind.INTENT and attempt.intent_id is not None:
            if state in (AttemptState.OPEN, AttemptState.FAILED):
                self.close_attempt.intent(
                    order_id,
                    attempt.intent_id,
                    source=source,
                    canceling=True,
                    look_first=not seen,
                )
        elif state is AttemptState.OPEN and attempt.session_id is not None:
            self.close_attempt.session(order_id, attempt.session_id, source=source, canceling=True)

    def _attempts(self, order_id: str) -> list[AttemptRecord]:
        with self.database.read() as connection:
            return orders.attempts_of(connection, order_id)

    def _view(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)
