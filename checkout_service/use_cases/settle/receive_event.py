"""An event of Stripe's: written down once, and merged in the same transaction. Never calls Stripe.

What an event can prove by itself (facts in the pinned API version) is merged from its body.
Everything else marks the order look-due and the worker looks.
"""

from __future__ import annotations

import logging

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import BadEvent, DatabaseUnavailable, PullMode
from checkout_service.domain.facts.fact import fact_of_event
from checkout_service.domain.facts.snapshots import Billing, IncomingEvent, SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.events import EventReader
from checkout_service.domain.replaced import replace
from checkout_service.domain.schedule import AT_ONCE, backoff
from checkout_service.storage import inbox, orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.diff import Cause

from .follow_subscription import FollowSubscription
from .gathering import Gathering
from .place_event import Place, PlaceEvent, intent_of, request_look
from .settle_order import Case, SettleOrder, Told

log = logging.getLogger(__name__)

WEBHOOK = "webhook"


@frozen
class ReceiveEvent:
    database: Database
    event_reader: EventReader
    settle_order: SettleOrder
    follow_subscription: FollowSubscription
    place_event: PlaceEvent
    clock: Clock
    api_version: str
    pull_mode: bool
    gathering: Gathering[Told, bool]

    def receive(self, body: bytes, signature: str | None) -> None:
        """Take a webhook in. When this returns the event is durable.

        Raises BadEvent (forged, stale or no event), DatabaseUnavailable, PullMode (there is no
        secret to verify with).
        """
        if self.pull_mode:
            raise PullMode
        self.take(self.event_reader.read_signed(body, signature), source=WEBHOOK)

    def take(self, event: IncomingEvent, *, source: str) -> None:
        """Write a verified event down and merge it, in one transaction; once."""
        try:
            if self._everyday(event, source):
                return
            place = self.database.write(lambda c: self._first_time(c, event, source))
            if place is not None and place.waits_for_payment:
                # Whoever was at work meanwhile may have made the payment known, and not have seen
                # this event: decide again when they are done.
                self.database.await_others()
                self.database.write(lambda c: self._claim(c, event.id))
        except DatabaseUnavailable:
            raise
        except Exception as error:
            # A rule that fails on this event must not lose its receipt: written down alone, it
            # is tried again, then quarantined.
            log.exception("event.failed", extra={"event_id": event.id, "type": event.type})
            why = type(error).__name__  # its payload may hold what must not be kept
            self.database.write(lambda c: self._record_failed(c, event, source, why))

    def retry(self, leftover: inbox.Leftover) -> None:
        """Try an event again that waited for its order or failed before."""
        try:
            self.database.write(lambda c: self._again(c, leftover))
        except DatabaseUnavailable:
            raise
        except Exception as error:
            facts = {"event_id": leftover.id, "tries": leftover.tries}
            log.exception("event.failed", extra=facts)
            final, why = isinstance(error, BadEvent), type(error).__name__
            self.database.write(lambda c: self._failed_again(c, leftover, why, final=final))

    def replay(self, event_id: str, *, source: str) -> bool:
        """Merge a stored event once more, for a person; False if there is no such event."""
        with self.database.read() as connection:
            leftover = inbox.leftover_of(connection, event_id)
        if leftover is None:
            return False
        now = self.clock.now()
        self.retry(replace(leftover, source=source, tries=0, received_at=now))
        return True

    def _everyday(self, event: IncomingEvent, source: str) -> bool:
        """Take an everyday event of a known session in one read and one write."""
        subject = event.subject
        if (
            source != WEBHOOK
            or not isinstance(subject, SessionView)
            or self.place_event.is_foreign(event)
            or event.api_version != self.api_version
            or subject.mode == "subscription"
        ):
            return False
        now = self.clock.now()
        fact = fact_of_event(event, subject, now=now, signed=True)
        receipt = inbox.event_row(
            event, source=source, now=now, state="applied", intent_id=subject.intent_id
        )
        case = Case(source, [fact], event_id=event.id, receipt=receipt)
        return bool(self.gathering.do(Told(case, subject.id), key=subject.id))

    def _first_time(
        self, connection: Transaction, event: IncomingEvent, source: str
    ) -> Place | None:
        """Write the event down and apply it; None if it is known in this version."""
        now = self.clock.now()
        place = self.place_event.place(connection, event, received_at=now)
        row = inbox.event_row(
            event,
            source=source,
            now=now,
            state=place.state,
            order_id=place.order_id,
            intent_id=intent_of(event),
            next_at=place.next_at,
            error=None if event.unreadable is None else f"unreadable: {event.unreadable}",
        )
        pinned = event.api_version == self.api_version
        if not inbox.record_once(connection, row) and not (
            pinned and inbox.supersede(connection, row, version=self.api_version)
        ):
            return None
        self._act(connection, event, place, source, signed=source == WEBHOOK)
        return place

    def _again(self, connection: Transaction, leftover: inbox.Leftover) -> None:
        event = self.event_reader.read(leftover.body)
        place = self.place_event.place(connection, event, received_at=leftover.received_at)
        self._act(connection, event, place, leftover.source, signed=False)
        inbox.mark(
            connection,
            event.id,
            state=place.state,
            now=self.clock.now(),
            next_at=place.next_at,
            order_id=place.order_id,
        )

    def _claim(self, connection: Transaction, event_id: str) -> None:
        leftover = inbox.leftover_of(connection, event_id)
        if leftover is not None and leftover.state == "waiting":
            self._again(connection, leftover)

    def _act(
        self,
        connection: Transaction,
        event: IncomingEvent,
        place: Place,
        source: str,
        *,
        signed: bool,
    ) -> None:
        """Do what the event's place asks for; `signed` says that it came by webhook just now."""
        order_id, subject = place.order_id, event.subject
        if order_id is None or place.state not in ("applied", "quarantined"):
            return
        if event.notice is not None:  # no fact: a look finds out what changed
            orders.make_look_due(connection, order_id, AT_ONCE)
        elif subject is None:
            log.warning("event.unreadable", extra={"event_id": event.id, "what": event.unreadable})
            orders.make_look_due(connection, order_id, AT_ONCE)
        elif isinstance(subject, Billing):  # told by its shape: it carries no money of the order's
            cause = Cause(source, self.clock.now(), event.id)
            self.follow_subscription.follow(connection, order_id, subject, cause, at=event.created)
        elif event.api_version != self.api_version:
            orders.make_look_due(connection, order_id, AT_ONCE)
        else:
            fact = fact_of_event(event, subject, now=self.clock.now(), signed=signed)
            self._settle(connection, event, Case(source, [fact], order_id, event_id=event.id))

    def _settle(self, connection: Transaction, event: IncomingEvent, case: Case) -> None:
        settlement = self.settle_order.settle_in(connection, case)
        request_look(connection, event, case.order_id, settlement.after, now=self.clock.now())

    def _record_failed(
        self, connection: Transaction, event: IncomingEvent, source: str, why: str
    ) -> None:
        now = self.clock.now()
        row = inbox.event_row(
            event, source=source, now=now, state="failed", next_at=backoff(0, now), error=why
        )
        inbox.record_once(connection, row)

    def _failed_again(
        self, connection: Transaction, leftover: inbox.Leftover, why: str, *, final: bool
    ) -> None:
        now, tries = self.clock.now(), leftover.tries + 1
        next_at = None if final else backoff(tries, now)
        inbox.mark(
            connection,
            leftover.id,
            state="failed" if next_at else "quarantined",
            now=now,
            next_at=next_at,
            tries=tries,
            last_error=why,
        )
