"""The buyer of a Payment Link is back, or a page polls: at most one look at Stripe for all."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from checkout_service.domain.clock import MINUTE, Clock
from checkout_service.domain.errors import GatewayError, NotFound, StaleOrder, StripeRejected
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ids import is_reference, is_session_id
from checkout_service.domain.status import AttemptKind
from checkout_service.domain.views import OrderView
from checkout_service.storage import claims, orders
from checkout_service.storage.database import Database
from checkout_service.storage.rows import AnyRow

from .adopt_session import AdoptSession
from .answer import order_view
from .confirm_payment import WINDOW, ConfirmPayment
from .settle_order import SettleOrder

log = logging.getLogger(__name__)

MOST_CLAIMS = 5


@dataclass(frozen=True, slots=True)
class PollLink:
    database: Database
    gateway: PaymentGateway
    clock: Clock
    settle_order: SettleOrder
    confirm_payment: ConfirmPayment
    adopt_session: AdoptSession

    def __call__(
        self, reference: str, session_id: str | None, *, source: str, wait: bool = False
    ) -> OrderView:
        """Say where the order of this reference stands.

        A session id that we did not open is looked up only together with its pending reference,
        at most five a reference. Raises NotFound; Stripe's silence is no error.
        """
        attempt = self._attempt(reference)
        if session_id is not None and not is_session_id(session_id):
            raise NotFound
        order = self._order(attempt.order_id)
        if order.final or session_id is None:
            return order
        with self.database.read() as connection:
            known = orders.attempt_by_session(connection, session_id)
        if known is None:
            self._look_up(attempt, session_id, source, wait=wait)
        elif known.order_id == order.id:
            return self.confirm_payment.by_order(order.id, source=source, wait=wait)
        return self._order(order.id)

    def _attempt(self, reference: str) -> AnyRow:
        if not is_reference(reference):
            raise NotFound
        with self.database.read() as connection:
            attempt = orders.attempt_by_reference(connection, reference)
        if attempt is None or attempt.kind != AttemptKind.LINK:
            raise NotFound
        return attempt

    def _look_up(self, attempt: AnyRow, session_id: str, source: str, *, wait: bool) -> None:
        """Look a claimed session up, under the order's own lease; others go on at once."""
        now = self.clock.now()
        if not self.database.write(
            lambda c: claims.may_look(c, attempt.reference, session_id, now=now, most=MOST_CLAIMS)
        ):
            return
        try:
            with self.settle_order.leased(attempt.order_id, window=WINDOW) as mine:
                if mine:
                    snapshot = self.gateway.look_at_session(session_id, urgent=True)
                    if snapshot.session is not None:
                        self.adopt_session(snapshot.session, source=source)
                elif wait:
                    self.confirm_payment.wait_for_look(attempt.order_id)
        except StripeRejected as refusal:
            log.info("poll.no_such_session", extra={"why": refusal.reason})
            self.database.write(
                lambda c: claims.rest_until(c, attempt.reference, session_id, now + MINUTE)
            )
        except (GatewayError, StaleOrder) as error:
            log.warning("poll.no_look", extra={"order_id": attempt.order_id, "why": error.code})

    def _order(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)
