"""THE ROOM: every door brings facts here; status, trail, fulfilment and messages leave together.

`record` runs inside the caller's transaction and never calls Stripe. A look calls Stripe with
no transaction open and writes only if the order is still the one it looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection

from checkout_service.domain import ids
from checkout_service.domain.changes import Change, unchanged
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound, StaleOrder
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ledger import Attempt, Ledger
from checkout_service.domain.settlement import Settlement, settle
from checkout_service.domain.snapshots import (
    Billing,
    IncomingEvent,
    SessionView,
    Snapshot,
    Subject,
)
from checkout_service.domain.status import AttemptKind
from checkout_service.storage import inbox, leases
from checkout_service.storage.database import Database
from checkout_service.storage.ledgers import Loaded, load_ledger, load_of_session
from checkout_service.storage.settlements import Circumstances, Writing, plan_writing
from checkout_service.storage.writing import write

from .looks import facts_of, look_times, named_first, worth_a_look

log = logging.getLogger(__name__)

EventRow = Callable[[str, int], dict[str, Any]]

_LOOKS = 3
_WEBHOOK = "webhook"
LEASE_MS = 2_000  # a dead looker delays its order no longer than WINDOW would


class _NotEveryday(Exception):
    """The event is not for the short way."""


class Look(Enum):
    """What became of the wish to look an order up."""

    DONE = "done"
    BUSY = "busy"  # somebody else is looking, or looked a moment ago


@dataclass(frozen=True, slots=True)
class SettleOrder:
    database: Database
    gateway: PaymentGateway
    clock: Clock
    sweep_interval: int  # milliseconds

    def __call__(
        self, order_id: str, *, source: str, urgent: bool = False, window: int = 0
    ) -> Look:
        """Look the order up at Stripe and record what is true now.

        Safe to call any number of times, from any number of processes: a lease lets one look at
        a time, and none within `window` milliseconds of the last. Raises GatewayError when
        Stripe does not answer.
        """
        with self.leased(order_id, window=window) as mine:
            if not mine:
                return Look.BUSY
            self._look(order_id, source=source, urgent=urgent)
        return Look.DONE

    @contextmanager
    def leased(self, order_id: str, *, window: int) -> Iterator[bool]:
        """Hold the right to look the order up; False when somebody else has it, or just had."""
        lease_until = self._take(order_id, window)
        if lease_until is None:
            yield False
            return
        try:
            yield True
        finally:
            # A failed look counts as one too: a Stripe that is down is not asked on every poll.
            now = self.clock.now()
            self.database.write(
                lambda c: leases.end_look(c, order_id, lease_until=lease_until, looked_at=now)
            )

    def _take(self, order_id: str, window: int) -> int | None:
        now = self.clock.now()
        taken = self.database.write(
            lambda c: leases.take_look(c, order_id, now=now, for_ms=LEASE_MS, window_ms=window)
        )
        return now + LEASE_MS if taken else None

    def in_progress(self, order_id: str) -> bool:
        """Say whether somebody is looking this order up right now."""
        with self.database.read() as connection:
            lease_until = leases.look_lease(connection, order_id)
        return lease_until is not None and lease_until > self.clock.now()

    def _look(self, order_id: str, *, source: str, urgent: bool) -> None:
        for _ in range(_LOOKS):
            with self.database.read() as connection:
                loaded = load_ledger(connection, order_id, lock=False)
            if loaded is None:
                raise NotFound
            version = loaded.version
            news: list[Subject] = []
            for attempt in worth_a_look(loaded.ledger):
                news += facts_of(self._look_at(attempt, urgent=urgent))
            try:
                self.record_look(order_id, news, source=source, version=version)
            except StaleOrder:
                continue  # a webhook settled it while we looked: look again
            return
        log.warning("order.kept_changing", extra={"order_id": order_id})
        raise StaleOrder(order_id)

    def _look_at(self, attempt: Attempt, *, urgent: bool) -> Snapshot:
        if attempt.session_id is not None:
            return self.gateway.look_at_session(attempt.session_id, urgent=urgent)
        if attempt.kind is AttemptKind.INTENT and attempt.intent_id is not None:
            return self.gateway.look_at_intent(attempt.intent_id, urgent=urgent)
        return Snapshot()

    def record(
        self,
        connection: Connection,
        order_id: str,
        news: Iterable[Subject],
        *,
        source: str,
        looked: bool = False,
        version: int | None = None,
        event_id: str | None = None,
        change: Change = unchanged,
        reason: str | None = None,
    ) -> Settlement:
        """Merge facts into the order and write down what follows, in this transaction.

        Raises NotFound, and StaleOrder when the order is not at `version` any more.
        """
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        if version is not None and loaded.version != version:
            raise StaleOrder(order_id)
        why = Circumstances(source, self.clock.now(), event_id, reason)
        news = list(news)
        news += self._claim_earlier_events(connection, loaded.ledger, news, why.now)
        settlement = settle(
            loaded.ledger, news, looked=looked, new_attempt_id=ids.new_id("att"), change=change
        )
        writing = self._plan(loaded, settlement, why, looked=looked)
        if writing is not None:
            write(connection, writing)
            _log(settlement, source)
        if settlement.begins_subscription:
            inbox.wake_waiting(connection, order_id, why.now)
        return settlement

    def record_look(
        self, order_id: str, news: Sequence[Subject], *, source: str, version: int | None = None
    ) -> None:
        """Record what Stripe just said: in one read and one write if it is an everyday answer.

        Raises NotFound, and StaleOrder when the order is not at `version` any more.
        """
        try:
            settlement = self.database.write_at_once(
                lambda c: self._record_look(c, order_id, news, source, version)
            )
        except (_NotEveryday, StaleOrder):
            self.database.write(
                lambda c: self.record(
                    c, order_id, news, source=source, looked=True, version=version
                )
            )
        else:
            _log(settlement, source)

    def _record_look(
        self,
        connection: Connection,
        order_id: str,
        news: Sequence[Subject],
        source: str,
        version: int | None,
    ) -> Settlement:
        loaded = load_ledger(connection, order_id, lock=False)
        if loaded is None:
            raise NotFound
        if version is not None and loaded.version != version:
            raise StaleOrder(order_id)
        if named_first(loaded.ledger, news):
            raise _NotEveryday  # the inbox may have more to tell of it
        why = Circumstances(source, self.clock.now())
        settlement = settle(loaded.ledger, news, looked=True, new_attempt_id=ids.new_id("att"))
        writing = self._plan(loaded, settlement, why, looked=True)
        if settlement.begins_subscription or (writing is not None and not writing.plain):
            raise _NotEveryday
        if writing is not None:
            write(connection, writing)
        return settlement

    def record_event(self, event: IncomingEvent, subject: SessionView, row: EventRow) -> bool:
        """Record an everyday session event in one read and one write, receipt included.

        False when it is not an everyday one, or somebody else settled the order meanwhile: then
        nothing was written, and the long way is to be taken. `row` makes the event's inbox row.
        """
        try:
            settlement = self.database.write_at_once(
                lambda c: self._record_event(c, event, subject, row)
            )
        except (_NotEveryday, StaleOrder):
            return False
        if settlement is not None:
            _log(settlement, _WEBHOOK)
        return True

    def _record_event(
        self, connection: Connection, event: IncomingEvent, subject: SessionView, row: EventRow
    ) -> Settlement | None:
        loaded = load_of_session(
            connection, subject.id, event_id=event.id, intent_id=subject.intent_id
        )
        if loaded is None or loaded.row.intent_has_news:
            raise _NotEveryday
        if loaded.row.event_known:
            return None
        why = Circumstances(_WEBHOOK, self.clock.now(), event.id)
        settlement = settle(
            loaded.ledger, [subject], looked=False, new_attempt_id=ids.new_id("att")
        )
        writing = self._plan(loaded, settlement, why, looked=False)
        if writing is None or not writing.plain:
            raise _NotEveryday
        writing.event = row(loaded.ledger.terms.order_id, why.now)
        write(connection, writing)
        return settlement

    def _plan(
        self, loaded: Loaded, settlement: Settlement, why: Circumstances, *, looked: bool
    ) -> Writing | None:
        """Work out what to write; None when there is nothing."""
        looked_by = why.source if looked else None
        more = look_times(loaded, settlement, looked_by, now=why.now, interval=self.sweep_interval)
        if settlement.after.canceled and not loaded.ledger.canceled:
            more["canceled_at"] = why.now
        if not settlement.changed and not more:
            return None
        return plan_writing(loaded, settlement, why, more)

    def _claim_earlier_events(
        self, connection: Connection, ledger: Ledger, news: list[Subject], now: int
    ) -> list[Subject]:
        """Take in refunds and disputes that came before we knew their intent to be ours.

        They are judged together with the news that names the intent: money seen going before
        the order was given must hold it.
        """
        found: list[Subject] = []
        for intent_id in named_first(ledger, news):
            for event_id, body in inbox.unclaimed_by_intent(connection, intent_id):
                event = self.gateway.read_event(body)
                if event.subject is not None and not isinstance(event.subject, Billing):
                    found.append(event.subject)
                inbox.mark(
                    connection,
                    event_id,
                    state="applied",
                    now=now,
                    order_id=ledger.terms.order_id,
                )
        return found


def _log(settlement: Settlement, source: str) -> None:
    if settlement.moved:
        log.info(
            "order.moved",
            extra={
                "order_id": settlement.after.terms.order_id,
                "before": settlement.before.status.value,
                "after": settlement.after.status.value,
                "source": source,
            },
        )
