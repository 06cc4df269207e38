"""End at Stripe what has outlived its time here: unpaid intents, and sessions given up for others.

An order never waits for ever, and is never payable twice.
"""

from __future__ import annotations

import logging

from checkout_service.domain.clock import Clock, rfc3339
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.ledger import Attempt, Ledger
from checkout_service.domain.schedule import ENDS_SOON, is_left_unpaid, is_overdue, is_stray
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.use_cases.checkout.close_attempt import CloseAttempt
from checkout_service.use_cases.settle.look_at_order import SWEEP

log = logging.getLogger(__name__)


@frozen
class EndStale:
    database: Database
    clock: Clock
    close_attempt: CloseAttempt
    pull_mode: bool

    def end(self, order_id: str) -> None:
        """Close what is over; a key that only reads leaves it to Stripe. Raises GatewayError."""
        if self.pull_mode:
            return
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        if loaded is not None:
            self.end_of(loaded.ledger)

    def end_of(self, ledger: Ledger) -> None:
        """Do so for an order as it was just settled. Raises GatewayError."""
        if self.pull_mode:
            return
        order_id, now = ledger.terms.order_id, self.clock.now()
        for attempt in ledger.attempts:
            self._warn(order_id, attempt, now)
            stray = is_stray(ledger, attempt)
            over = is_overdue(attempt, now=now) or is_left_unpaid(attempt)
            over = over or (stray and attempt.is_authorized)
            if over and attempt.intent_id is not None:
                log.info("intent.ended", extra={"order_id": order_id, "intent": attempt.intent_id})
                self.close_attempt.intent(order_id, attempt.intent_id, source=SWEEP, abandoned=True)
            elif stray:
                self._close(order_id, attempt)

    def _warn(self, order_id: str, attempt: Attempt, now: int) -> None:
        until = attempt.authorized_until
        if attempt.is_authorized and until is not None and now < until <= now + ENDS_SOON:
            facts = {"order_id": order_id, "until": rfc3339(until)}
            log.warning("order.authorization_ends", extra=facts)

    def _close(self, order_id: str, attempt: Attempt) -> None:
        if attempt.session_id is not None:
            self.close_attempt.session(order_id, attempt.session_id, source=SWEEP)
        elif attempt.intent_id is not None:
            self.close_attempt.intent(order_id, attempt.intent_id, source=SWEEP)
