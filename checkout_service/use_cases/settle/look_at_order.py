"""Look an order up at Stripe, with no transaction open, and bring what is true now to the room."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.facts.fact import Fact, facts_of_look
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.order.ledger import Attempt
from checkout_service.domain.ports.intents import Intents
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.status import AttemptKind
from checkout_service.storage import due_orders, leases
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.look_chances import LookChance, look_chance

from .looks import LookDone, worth_a_look
from .read_allowance import ReadAllowance, ReadCount
from .settle_order import Case, SettleOrder

log = logging.getLogger(__name__)

LEASE_MS = 2_000  # a dead looker delays its order no longer than a poll's window would
SWEEP = "sweep"


class Look(Enum):
    """What became of a look that was asked for."""

    DONE = "done"
    BUSY = "busy"  # somebody else is looking, or looked a moment ago, or too often
    CROWDED = "crowded"  # the next reads of Stripe are booked by others


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to look an order up: the requests it answers, and the reads it costs."""

    requests: int
    reads: ReadCount


@dataclass(frozen=True, slots=True)
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
        with self.leased(order_id, window=window, urgent=urgent) as turn:
            if turn is None:
                return Look.BUSY
            facts = self._ask(order_id, urgent=urgent)
            done = LookDone(turn.requests, planned=source == SWEEP)
            self.settle_order.settle(Case(source, facts, order_id, look=done))
        return Look.DONE

    def foresee(self, connection: Transaction, order_id: str, *, window: int) -> Look | None:
        """Tell what would come of an urgent look if that can be read: whoever polls need not write.

        None where a look is worth trying.
        """
        chance = look_chance(connection, order_id)
        if chance is None:
            return None
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
    def leased(self, order_id: str, *, window: int, urgent: bool) -> Iterator[Turn | None]:
        """Hold the right to look the order up; None when it is not to be had now."""
        now = self.clock.now()
        requests = self.database.write(
            lambda c: leases.take_look(
                c, order_id, now=now, for_ms=LEASE_MS, window_ms=window, urgent=urgent
            )
        )
        if requests is None:
            yield None
            return
        with self.reads.counted() as count:
            try:
                yield Turn(requests, count)
            finally:
                # A failed look counts as one too: a Stripe that is down is not asked on every poll.
                self.end(order_id, lease_until=now + LEASE_MS, reads=count)

    def end(self, order_id: str, *, lease_until: int, reads: ReadCount) -> None:
        """Note that a look has ended, and what it cost."""
        now, cost = self.clock.now(), reads.count
        self.database.write(
            lambda c: leases.end_look(
                c, order_id, lease_until=lease_until, looked_at=now, reads=cost
            )
        )

    def in_progress(self, order_id: str) -> bool:
        """True if somebody is looking this order up right now."""
        with self.database.read() as connection:
            lease_until = leases.look_lease(connection, order_id)
        return lease_until is not None and lease_until > self.clock.now()

    def _ask(self, order_id: str, *, urgent: bool) -> list[Fact]:
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        if loaded is None:
            raise NotFound
        facts: list[Fact] = []
        for attempt in worth_a_look(loaded.ledger):
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
