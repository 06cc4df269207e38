"""Finish the writes of money whose outcome is unknown: look for what each did, or ask again."""

from __future__ import annotations

import logging
from contextlib import suppress

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import (
    CheckoutError,
    MoneyInFlight,
    OrderPaid,
    StripeUnavailable,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind, WriteState
from checkout_service.domain.schedule import MOST_TRIES, backoff
from checkout_service.storage import money_writes
from checkout_service.storage.database import Database
from checkout_service.use_cases.checkout.cancel_order import CancelOrder
from checkout_service.use_cases.checkout.close_attempt import CANCEL, CloseAttempt
from checkout_service.use_cases.refunds.refund_order import RefundOrder
from checkout_service.use_cases.refunds.take_money import TakeMoney
from checkout_service.use_cases.settle.look_at_order import SWEEP

from .isolation import each
from .sweep_report import SweepReport

log = logging.getLogger(__name__)

_PAGE = 100
# Whoever asked is given so long to finish by itself.
_FRESH = 30 * SECOND
# Unknown outcomes go on being looked for: a person is told after so many tries.
_MOST_TRIES = 3 * MOST_TRIES


@frozen
class FinishWrites:
    database: Database
    clock: Clock
    refund_order: RefundOrder
    take_money: TakeMoney
    close_attempt: CloseAttempt
    cancel_order: CancelOrder

    def finish(self, report: SweepReport) -> None:
        """Finish what is due. Raises GatewayError when Stripe is away."""
        with self.database.read() as connection:
            found = money_writes.due(
                connection, now=self.clock.now(), older_than=self.clock.now() - _FRESH, limit=_PAGE
            )
        tries = {write.id: write.tries for write in found}

        def finish(write: MoneyWrite) -> None:
            self._finish(write)
            report.refunds += write.kind is WriteKind.REFUND

        each(
            found,
            finish,
            report,
            name=lambda write: write.id,
            failed=lambda name, error: self._failed(name, tries[name], error),
        )

    def _finish(self, write: MoneyWrite) -> None:
        try:
            if write.details.get("then") == CANCEL and not write.was_asked:
                self._cancel(write)
                return
            if write.kind is WriteKind.REFUND:
                self.refund_order.finish(write, source=SWEEP)
            elif write.kind in (WriteKind.CAPTURE, WriteKind.VOID):
                self.take_money.finish(write, source=SWEEP)
            else:
                self.close_attempt.finish(write, source=SWEEP)
        except StripeUnavailable as error:
            if write.tries >= _MOST_TRIES:
                self._quarantine(write.id, error.code)
            raise
        if write.details.get("then") == CANCEL:
            with suppress(OrderPaid, MoneyInFlight):
                self.cancel_order.cancel(write.order_id, source=SWEEP)

    def _cancel(self, write: MoneyWrite) -> None:
        """Cancel what Stripe could not be asked about, from the beginning: money may have come."""
        state, error = WriteState.DONE, None
        try:
            self.cancel_order.cancel(write.order_id, source=SWEEP)
        except (OrderPaid, MoneyInFlight) as refusal:
            state, error = WriteState.REFUSED, refusal.code
        except StripeUnavailable as away:
            at, why = backoff(min(write.tries, MOST_TRIES - 1), self.clock.now()), away.code
            if at is not None:
                self.database.write(lambda c: money_writes.rest(c, write.id, at=at, error=why))
            raise
        self.database.write(lambda c: money_writes.finish(c, write.id, state, error=error))

    def _failed(self, name: str, tries: int, error: Exception) -> None:
        """Set aside what failed too often. A refusal that is an outcome was written down before."""
        with self.database.read() as connection:
            write = money_writes.by_id(connection, name)
        if write is None or write.state is not WriteState.ASKED:
            return
        if not isinstance(error, CheckoutError) or tries >= _MOST_TRIES:
            said = (getattr(error, word, "") for word in ("stripe_code", "reason", "code"))
            self._quarantine(name, next(filter(None, said), type(error).__name__))

    def _quarantine(self, name: str, why: str) -> None:
        log.error("money_write.quarantined", extra={"write": name, "reason": why})
        self.database.write(
            lambda c: money_writes.finish(c, name, WriteState.QUARANTINED, error=why)
        )
