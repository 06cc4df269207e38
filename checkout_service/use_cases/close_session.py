"""Close an open session at Stripe, and record what Stripe says, not what we wished."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checkout_service.domain.changes import Change, unchanged
from checkout_service.domain.errors import MoneyInFlight, NotFound, OrderPaid, PullMode
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ids import is_session_id
from checkout_service.domain.status import SETTLED, OrderStatus
from checkout_service.domain.views import SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database

from .answer import answer_for_session
from .settle_order import SettleOrder


@dataclass(frozen=True, slots=True)
class CloseSession:
    database: Database
    gateway: PaymentGateway
    settle_order: SettleOrder
    pull_mode: bool

    def __call__(self, session_id: str) -> SessionAnswer:
        """Expire a session of ours.

        Raises NotFound, OrderPaid or MoneyInFlight when money came first, StripeUnavailable, and
        PullMode when a session is open that a key which only reads cannot close.
        """
        if not is_session_id(session_id):
            raise NotFound
        with self.database.read() as connection:
            attempt = orders.attempt_by_session(connection, session_id)
        if attempt is None:
            raise NotFound
        if attempt.state in ("open", "draft"):
            if self.pull_mode:
                raise PullMode
            self.quietly(attempt.order_id, session_id, source="close")
        with self.database.read() as connection:
            answer = answer_for_session(connection, session_id)
        if answer.order.status in SETTLED:
            raise OrderPaid
        if answer.order.status is OrderStatus.PROCESSING:
            raise MoneyInFlight
        return answer

    def quietly(
        self,
        order_id: str,
        session_id: str,
        *,
        source: str = "retry",
        change: Change = unchanged,
        reason: str | None = None,
    ) -> None:
        """Close the session and settle its order by what Stripe answers.

        `change` is recorded together with the closing. Raises GatewayError.
        """
        view = self.gateway.close_session(session_id)
        if view is None:
            self.settle_order(order_id, source=source, urgent=True)
            return
        # Stripe's answer to our own call: this session, whatever else it says.
        view = replace(view, id=session_id)
        self.database.write(
            lambda c: self.settle_order.record(
                c, order_id, [view], source=source, looked=True, change=change, reason=reason
            )
        )
