"""Close an open session because its holder asks for it."""

from __future__ import annotations

from checkout_service.domain.errors import MoneyInFlight, NotFound, OrderPaid, PullMode
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_session_id
from checkout_service.domain.status import SETTLED, AttemptState, OrderStatus
from checkout_service.domain.views.orders import SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.use_cases.orders.answer import answer_for_session

from .close_attempt import CloseAttempt


@frozen
class ExpireSession:
    database: Database
    close_attempt: CloseAttempt
    pull_mode: bool

    def expire(self, session_id: str) -> SessionAnswer:
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
        if attempt.state in (AttemptState.OPEN, AttemptState.DRAFT):
            if self.pull_mode:
                raise PullMode
            self.close_attempt.session(attempt.order_id, session_id, source="close")
        with self.database.read() as connection:
            answer = answer_for_session(connection, session_id)
        if answer.order.status in SETTLED:
            raise OrderPaid
        if answer.order.status is OrderStatus.PROCESSING:
            raise MoneyInFlight
        return answer
