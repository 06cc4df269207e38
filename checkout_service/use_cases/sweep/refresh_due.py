"""Look at every order whose look is due: drafts are opened again, the rest asked for or listed.

Dense orders are listed, a few old ones are asked for: look_by_list.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from checkout_service.domain.clock import DAY, HOUR, Clock
from checkout_service.domain.errors import StripeUnavailable, UnknownToStripe
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.changes import lapse, unchanged
from checkout_service.domain.schedule import LONGEST_WAIT, backoff, reads_window, window_end
from checkout_service.domain.status import WAITING, AttemptKind, AttemptState
from checkout_service.storage import due_orders, leases, orders
from checkout_service.storage.database import Database
from checkout_service.storage.records import DueOrder
from checkout_service.use_cases.checkout.open_attempt import OpenAttempt
from checkout_service.use_cases.checkout.start_link import LINK_LIFE
from checkout_service.use_cases.settle.look_at_order import SWEEP, Look, LookAtOrder
from checkout_service.use_cases.settle.looks import LookDone
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .end_stale import EndStale
from .isolation import Tally, error_of
from .look_by_list import LookByList
from .side_by_side import side_by_side
from .sweep_report import SweepReport

log = logging.getLogger(__name__)

_BATCH = 10_000  # so many lie dense in time, however many are due
_ASKED = 1_000  # one by one in one step: the others are due still, and other steps wait
_DRAFT_LIFE = 23 * HOUR  # Stripe keeps an idempotency key for a day
_LONGEST_REST = 4  # tries; from then on a draft is tried every half an hour until its end
_RENEW_EVERY = 20
_TRIES_OF_UNKNOWN = 3


class _LeaseLost(Exception):
    """Another process sweeps now."""


@frozen
class RefreshDue:
    database: Database
    clock: Clock
    look_by_list: LookByList
    settle_order: SettleOrder
    look_at_order: LookAtOrder
    open_attempt: OpenAttempt
    end_stale: EndStale
    at_once: int

    def refresh(self, report: SweepReport, *, keep_going: Callable[[], bool]) -> None:
        """Look at what is due; `keep_going` renews the sweep's lease. Raises GatewayError."""
        seen = set[str]()
        while True:
            due = self._due()
            left = self._list(report, due, keep_going)
            self._ask(report, left[:_ASKED], keep_going)
            fresh = {order.order_id for order in due} - seen
            # An order that somebody else looks at stays due: nobody is to wait for it here.
            if len(due) < _BATCH or len(left) > _ASKED or not fresh or not keep_going():
                return
            seen |= fresh

    def _due(self) -> list[DueOrder]:
        with self.database.read() as connection:
            return due_orders.due_orders(connection, now=self.clock.now(), limit=_BATCH)

    def _list(
        self, report: SweepReport, due: Sequence[DueOrder], keep_going: Callable[[], bool]
    ) -> list[DueOrder]:
        """Look at those that a listing shows; return the others, the longest due first.

        Drafts come last: nobody has paid them, and Stripe may hang over each.
        """
        listed = self.look_by_list.look(report, due, keep_going=keep_going)
        left = [order for order in due if order.order_id not in listed]
        return sorted(left, key=lambda order: order.state is AttemptState.DRAFT)

    def _ask(
        self, report: SweepReport, orders: Sequence[DueOrder], keep_going: Callable[[], bool]
    ) -> None:
        """Look at each by itself, some at once: they wait for Stripe, and for the ceiling."""
        by_id = {order.order_id: order for order in orders}
        tally = Tally(report, lambda name, error: self._failed(by_id[name], error))
        turns = 0

        def look(order: DueOrder) -> tuple[tuple[str, Exception | None], tuple[()]]:
            return (order.order_id, error_of(self._one, order)), ()

        def note(looked: tuple[str, Exception | None]) -> None:
            nonlocal turns
            tally.note(*looked)
            report.looked += looked[1] is None
            turns += 1
            if turns % _RENEW_EVERY == 0 and not keep_going():
                raise _LeaseLost

        side_by_side(orders, look, note, at_once=min(self.at_once, len(orders)) or 1)

    def _one(self, order: DueOrder) -> None:
        if order.kind is AttemptKind.LINK and order.session_id is None:
            self._wait_for_buyer(order)
        elif order.state is not AttemptState.DRAFT:
            if self.look_at_order.look(order.order_id, source=SWEEP) is Look.BUSY:
                self._out_of_budget(order)
                return
            self.end_stale.end(order.order_id)
            self._went_well(order)
        else:
            self._open(order)

    def _open(self, order: DueOrder) -> None:
        """Open a draft again, or give it up; one that Stripe does not open rests ever longer."""
        now = self.clock.now()
        try:
            if now - order.attempt_created_at > _DRAFT_LIFE:
                self.open_attempt.give_up(order.order_id, source=SWEEP)
            else:
                self.open_attempt.open(order.order_id, source=SWEEP)
        except StripeUnavailable:
            self._rest(order, backoff(min(order.tries, _LONGEST_REST), now) or now)
            raise

    def _rest(self, order: DueOrder, at: int) -> None:
        """Let an order rest until then, unless another look is requested meanwhile."""
        self.database.write(
            lambda c: due_orders.look_again_at(c, order.order_id, at, requests=order.requests)
        )

    def _went_well(self, order: DueOrder) -> None:
        """Forget failures; an order that waits for longer than any payment takes is set aside."""
        if self._waits_too_long(order):
            self._set_aside(order.order_id, "still waiting")
        elif order.failures:
            self.database.write(lambda c: due_orders.look_went_well(c, order.order_id))

    def _waits_too_long(self, order: DueOrder) -> bool:
        if self.clock.now() - order.created_at <= LONGEST_WAIT:
            return False
        with self.database.read() as connection:
            found = orders.order_of(connection, order.order_id)
        return found is not None and found.status in WAITING

    def _set_aside(self, order_id: str, reason: str) -> None:
        """Leave an order to a person, who is told once."""
        now = self.clock.now()
        if self.database.write(lambda c: due_orders.quarantine(c, order_id, now=now, why=reason)):
            log.error("order.quarantined", extra={"order_id": order_id, "reason": reason})

    def _out_of_budget(self, order: DueOrder) -> None:
        """Rest until the order has reads again; one that somebody looks at is asked for soon."""
        with self.database.read() as connection:
            if leases.has_reads(connection, order.order_id, now=self.clock.now()):
                return
        window = reads_window(order.created_at, self.clock.now())
        log.warning("order.out_of_reads", extra={"order_id": order.order_id})
        self._rest(order, window_end(order.created_at, window))

    def _failed(self, order: DueOrder, error: Exception) -> None:
        """Back off from an order that cannot be looked at; at last it waits for a person.

        Tries are rare where sweeps are: what Stripe has not known for a day is set aside by time.
        """
        now, why = self.clock.now(), getattr(error, "reason", "") or type(error).__name__
        failures = self.look_at_order.failed(order.order_id, why)
        at = backoff(failures, now)
        old = now - order.attempt_created_at > DAY and failures >= _TRIES_OF_UNKNOWN
        if at is None or (old and isinstance(error, UnknownToStripe)):
            self._set_aside(order.order_id, why)
        else:
            self._rest(order, at)

    def _wait_for_buyer(self, order: DueOrder) -> None:
        """Wait on: a link's order has nothing to look at until its session is found by its link."""
        old = self.clock.now() - order.attempt_created_at >= LINK_LIFE
        self.settle_order.settle(
            Case(
                SWEEP,
                order_id=order.order_id,
                change=lapse(order.attempt_id) if old else unchanged,
                reason="nobody came to pay" if old else None,
                look=LookDone(order.requests, planned=True),
            )
        )
