"""Look an order up at Stripe, with no transaction open, and bring what is true now to the room."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import Enum

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound, ReadsSpent, StripeUnavailable
from checkout_service.domain.facts.fact import Fact, facts_of_look
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.ledger import Attempt, Ledger
from checkout_service.domain.ports.intents import Intents
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.schedule import Asker
from checkout_service.domain.status import AttemptKind
from checkout_service.storage import due_orders, leases
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.look_chances import LookChance
from checkout_service.storage.look_turns import LookTurn, NoRead, take_look_and_read

from .looks import LookDone, worth_a_look
from .read_allowance import ReadAllowance, ReadCount
from .settle_order import Case, SettleOrder

log = logging.getLogger(__name__)

LEASE_MS = 2_000  # a dead looker delays its order no longer than a poll's window would
SWEEP = "sweep"
_WAITS_SECONDS = 3.0  # longer than any lease
_PAUSE_SECONDS = 0.08


class Look(Enum):
    """What became of a look that was asked for."""

    DONE = "done"
    BUSY = "busy"  # somebody else is looking, or looked a moment ago, or too often
    CROWDED = "crowded"  # the next reads of Stripe are booked by others


@frozen
class Turn:
    """The right to look an order up: the requests it answers, and the reads it costs.

    The version is the order's by then; None where it was not read.
    """

    requests: int
    reads: ReadCount
    version: int | None = None


@frozen
class LookAtOrder:
    database: Database
    sessions: Sessions
    intents: Intents
    clock: Clock
    settle_order: SettleOrder
    reads: ReadAllowance

    def look(self, order_id: str, *, source: str, urgent: bool = False, window: int = 0) -> Look:
        """Look the order up at Stripe and record what is true now.

        Safe to call any number of times, from any number of processes: a lease lets one look at
        a time, and none within `window` milliseconds of the last, nor beyond the order's budget.
        Raises GatewayError when Stripe does not answer.
        """
        return self.look_on(order_id, None, source=source, urgent=urgent, window=window)[0]

    def look_in_turn(
        self, order_id: str, *, source: str, urgent: bool = False, window: int = 0
    ) -> Look:
        """Look as `look` does, after whoever looks right now: who decides by it takes no memory.

        Their answer may be older than the question; without a window there is another look.
        """
        until = self.clock.monotonic() + _WAITS_SECONDS
        while True:
            look = self.look(order_id, source=source, urgent=urgent, window=window)
            if look is not Look.BUSY or not self._is_free_again(order_id, until):
                return look

    def look_to_decide(
        self, order_id: str, unknown: str, *, source: str, urgent: bool = False
    ) -> None:
        """Look in turn for one who would say no by what is remembered.

        Raises StripeUnavailable with these words where no look is to be had: others look, or the
        order has no reads left.
        """
        if self.look_in_turn(order_id, source=source, urgent=urgent) is Look.BUSY:
            raise StripeUnavailable(unknown)

    def _is_free_again(self, order_id: str, until: float) -> bool:
        """Wait while somebody looks; False if nobody did, or still does when the time is over."""
        waited = False
        while self.in_progress(order_id):
            if self.clock.monotonic() >= until:
                return False
            self.clock.sleep(_PAUSE_SECONDS)
            waited = True
        return waited

    def look_on(
        self,
        order_id: str,
        known: Loaded | None,
        *,
        source: str,
        urgent: bool = False,
        window: int = 0,
    ) -> tuple[Look, Loaded | None]:
        """Look as `look` does, by the order as it was read a moment ago.

        The second value is the order after it, where nobody else settled it meanwhile.
        """
        with self._leased(order_id, window, _asker(source, urgent=urgent)) as turn:
            if turn is None:
                return Look.BUSY, None
            if known is None or known.version != turn.version:  # settled since: there may be more
                known = self._load(order_id)
            done = LookDone(turn.requests, planned=source == SWEEP)
            facts = self._ask(known.ledger, urgent=urgent)
            case = Case(source, facts, order_id, look=done)
            settled = self.settle_order.settle_unread(case, known)
            if settled is None:
                self.settle_order.settle(case)
                return Look.DONE, None
        return Look.DONE, replace(known, ledger=settled.after)

    def foresee(self, chance: LookChance, *, window: int) -> Look | None:
        """Tell what would come of an urgent look if that can be read: whoever polls need not write.

        None where a look is worth trying.
        """
        if self.is_taken(chance, window=window):
            return Look.BUSY
        return Look.CROWDED if self.reads.is_spent(chance.reads_free_at) else None

    def is_taken(self, chance: LookChance, *, window: int) -> bool:
        """True if somebody looks right now, or did within the window (milliseconds)."""
        return not leases.is_free(
            chance.look_lease_until,
            chance.looked_at,
            now=self.clock.now(),
            for_ms=LEASE_MS,
            window_ms=window,
            reads=chance.reads,
        )

    @contextmanager
    def _leased(self, order_id: str, window: int, asker: Asker) -> Iterator[Turn | None]:
        """Hold the right to look the order up; None when it is not to be had now."""
        now = self.clock.now()
        with self.reads.counted() as count, ExitStack() as booking:
            if asker is Asker.BUYER:
                taken = self._take_with_read(booking, order_id, now=now, window=window)
            else:
                taken = self._take(order_id, now=now, window=window, asker=asker)
            if taken is None:
                yield None
                return
            try:
                yield Turn(taken.requests, count, taken.version)
            finally:
                # A failed look counts as one too: a Stripe that is down is not asked on every poll.
                self.end(order_id, lease_until=now + LEASE_MS, reads=count)

    def _take(self, order_id: str, *, now: int, window: int, asker: Asker) -> LookTurn | None:
        """Take the look alone: who does not wait has no turn of a read yet."""
        requests = self.database.write(
            lambda c: leases.take_look(
                c, order_id, now=now, for_ms=LEASE_MS, window_ms=window, asker=asker
            )
        )
        return None if requests is None else LookTurn(requests, None, 0)

    def _take_with_read(
        self, booking: ExitStack, order_id: str, *, now: int, window: int
    ) -> LookTurn | None:
        """Take the look together with its first read, or neither. Raises ReadsSpent."""
        pace = self.reads.pace()

        def take(connection: Transaction) -> LookTurn | None:
            taken = take_look_and_read(
                connection, order_id, now=now, for_ms=LEASE_MS, window_ms=window, pace=pace
            )
            if isinstance(taken, NoRead):
                raise ReadsSpent(taken.wait)
            return taken

        taken = self.database.write_at_once(take)
        if taken is not None:
            booking.enter_context(self.reads.booked(pace.now + taken.wait))
        return taken

    def end(
        self, order_id: str, *, lease_until: int, reads: ReadCount, looked: bool = True
    ) -> None:
        """Note that a look has ended, what it cost, and whether it looked at the order itself."""
        now, cost = self.clock.now(), reads.count
        self.database.write_at_once(
            lambda c: leases.end_look(
                c, order_id, lease_until=lease_until, ended_at=now, reads=cost, looked=looked
            )
        )

    def in_progress(self, order_id: str) -> bool:
        """True if somebody is looking this order up right now."""
        with self.database.read() as connection:
            lease_until = leases.look_lease(connection, order_id)
        return lease_until is not None and lease_until >= self.clock.now()

    def _load(self, order_id: str) -> Loaded:
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        if loaded is None:
            raise NotFound
        return loaded

    def _ask(self, ledger: Ledger, *, urgent: bool) -> list[Fact]:
        facts: list[Fact] = []
        for attempt in worth_a_look(ledger):
            facts += facts_of_look(self._ask_for(attempt, urgent=urgent))
        return facts

    def _ask_for(self, attempt: Attempt, *, urgent: bool) -> Snapshot:
        if attempt.session_id is not None:
            return self.sessions.look(attempt.session_id, urgent=urgent)
        if attempt.kind is AttemptKind.INTENT and attempt.intent_id is not None:
            return self.intents.look(attempt.intent_id, urgent=urgent)
        return Snapshot(self.clock.now())

    def failed(self, order_id: str, error: str) -> int:
        """Count a look that failed because of its order; return how many did in a row."""
        return self.database.write(lambda c: due_orders.look_failed(c, order_id, error=error))


def _asker(source: str, *, urgent: bool) -> Asker:
    """Say whose part of the order's reads a look is taken from."""
    if urgent:
        return Asker.BUYER
    return Asker.SWEEP if source == SWEEP else Asker.MERCHANT
