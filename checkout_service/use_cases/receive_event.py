"""An event of Stripe's: written down once, and merged in the same transaction. Never calls Stripe.

What an event can prove by itself (monotone facts in the pinned API version) is merged from its
body. Everything else marks the order look-due and the worker looks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import BadEvent, DatabaseUnavailable, PullMode
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.merge import attempt_for_session
from checkout_service.domain.schedule import AT_ONCE, next_event_try, next_wait
from checkout_service.domain.snapshots import (
    Billing,
    ChargeView,
    DisputeView,
    IncomingEvent,
    IntentView,
    RefundView,
    SessionView,
)
from checkout_service.storage import inbox, orders
from checkout_service.storage.database import Database
from checkout_service.storage.finding import find_order, order_named_by
from checkout_service.storage.settlements import Circumstances

from .follow_subscription import FollowSubscription
from .settle_order import SettleOrder

log = logging.getLogger(__name__)

# A session's own event usually follows its intent's within a second: look only if it does not.
_GRACE = 15 * SECOND
_BARE_INTENT_FACTS = frozenset(("payment_intent.succeeded", "payment_intent.canceled"))
_REFUND_WORDS = frozenset(("pending", "requires_action", "succeeded", "failed", "canceled"))
_MONEY_BACK_HINTS = ("charge.refunded", "charge.refund.updated", "charge.dispute.")


@dataclass(frozen=True, slots=True)
class ReceiveEvent:
    database: Database
    gateway: PaymentGateway
    settle_order: SettleOrder
    follow_subscription: FollowSubscription
    clock: Clock
    api_version: str
    live: bool
    pull_mode: bool

    def __call__(self, body: bytes, signature: str | None) -> None:
        """Take a webhook in. When this returns the event is durable.

        Raises BadEvent (forged, stale or no event), DatabaseUnavailable, PullMode (there is no
        secret to verify with).
        """
        if self.pull_mode:
            raise PullMode
        event = self.gateway.read_signed_event(body, signature)
        self.take(event, source="webhook")

    def take(self, event: IncomingEvent, *, source: str) -> None:
        """Write a verified event down and merge it, in one transaction; once."""
        try:
            if not self._quickly(event, source):
                self.database.write(lambda c: self._first_time(c, event, source))
        except DatabaseUnavailable:
            raise
        except Exception as error:
            # A rule that fails on this event must not lose its receipt: written down alone, it
            # is tried again, then quarantined.
            log.exception("event.failed", extra={"event": event.id, "type": event.type})
            why = _name(error)
            self.database.write(lambda c: self._record_failed(c, event, source, why))

    def retry(self, leftover: inbox.Leftover) -> None:
        """Try an event again that waited for its order or failed before."""
        try:
            self.database.write(lambda c: self._again(c, leftover))
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.exception("event.failed", extra={"event": leftover.id, "tries": leftover.tries})
            final, why = isinstance(error, BadEvent), _name(error)
            self.database.write(lambda c: self._failed_again(c, leftover, why, final=final))

    def replay(self, event_id: str, *, source: str) -> bool:
        """Merge a stored event once more, for a person; False if there is no such event."""
        with self.database.read() as connection:
            body = inbox.body_of(connection, event_id)
        if body is None:
            return False
        now = self.clock.now()
        self.retry(inbox.Leftover(event_id, body, source, "failed", 0, now))
        return True

    def _quickly(self, event: IncomingEvent, source: str) -> bool:
        """Take an everyday event of a known session the short way; False if it is not one."""
        subject = event.subject
        if (
            source != "webhook"
            or not isinstance(subject, SessionView)
            or self._is_foreign(event)
            or event.api_version != self.api_version
            or subject.mode == "subscription"
        ):
            return False

        def row(order_id: str, now: int) -> dict[str, Any]:
            return inbox.event_row(
                event,
                source=source,
                now=now,
                state="applied",
                order_id=order_id,
                intent_id=subject.intent_id,
            )

        return self.settle_order.record_event(event, subject, row)

    def _first_time(self, connection: Connection, event: IncomingEvent, source: str) -> None:
        now = self.clock.now()
        state, order_id, next_at = self._place(connection, event, now, now)
        row = inbox.event_row(
            event,
            source=source,
            now=now,
            state=state,
            order_id=order_id,
            intent_id=_intent_of(event),
            next_at=next_at,
            error=None if event.unreadable is None else f"unreadable: {event.unreadable}",
        )
        if not inbox.record_once(connection, row) or order_id is None:
            return
        if state == "applied":
            self._apply(connection, event, order_id, source)
        elif state == "quarantined":
            log.warning("event.unreadable", extra={"event": event.id, "what": event.unreadable})
            orders.make_look_due(connection, order_id, AT_ONCE)

    def _again(self, connection: Connection, leftover: inbox.Leftover) -> None:
        now = self.clock.now()
        event = self.gateway.read_event(leftover.body)
        state, order_id, next_at = self._place(connection, event, leftover.received_at, now)
        if state == "applied" and order_id is not None:
            self._apply(connection, event, order_id, leftover.source)
        inbox.mark(connection, event.id, state=state, now=now, next_at=next_at, order_id=order_id)

    def _place(
        self, connection: Connection, event: IncomingEvent, received_at: int, now: int
    ) -> tuple[str, str | None, int | None]:
        """Say what becomes of an event: applied, ignored (not ours) or waiting for its order."""
        subject = event.subject
        is_news = subject is not None or event.unreadable is not None
        if not is_news or self._is_foreign(event):
            return "ignored", None, None
        if subject is None:  # unreadable: a look tells what it would have, and a person sees it
            order_id = order_named_by(connection, event.hints)
            return ("ignored" if order_id is None else "quarantined"), order_id, None
        if isinstance(subject, Billing):
            return self.follow_subscription.place(connection, subject, received_at)
        order_id = find_order(connection, subject)
        if order_id is not None:
            return "applied", order_id, None
        named = getattr(subject, "order_id", None)
        if named is not None and is_order_id(named):
            next_at = next_wait(received_at, now)
            return ("waiting", named, next_at) if next_at else ("ignored", named, None)
        return "ignored", None, None

    def _is_foreign(self, event: IncomingEvent) -> bool:
        """Say whether it tells of the other mode, or of an account connected to ours."""
        return event.livemode != self.live or event.account is not None

    def _apply(
        self, connection: Connection, event: IncomingEvent, order_id: str, source: str
    ) -> None:
        now = self.clock.now()
        subject = event.subject
        if subject is None:
            return
        if isinstance(subject, Billing):  # told by its shape: no money of the order's hangs on it
            why = Circumstances(source, now, event.id)
            self.follow_subscription(connection, order_id, subject, why, at=event.created)
            return
        if event.api_version != self.api_version:
            orders.make_look_due(connection, order_id, AT_ONCE)
            return
        settlement = self.settle_order.record(
            connection, order_id, [subject], source=source, event_id=event.id
        )
        wish = _look_wanted(event, settled=settlement.after.winner is not None)
        if wish is not None:
            orders.make_look_due(connection, order_id, now + wish if wish else AT_ONCE)
        if isinstance(subject, SessionView) and not attempt_for_session(settlement.before, subject):
            log.warning("event.unknown_session", extra={"order_id": order_id, "event": event.id})

    def _record_failed(
        self, connection: Connection, event: IncomingEvent, source: str, why: str
    ) -> None:
        now = self.clock.now()
        row = inbox.event_row(
            event,
            source=source,
            now=now,
            state="failed",
            next_at=next_event_try(0, now),
            error=why,
        )
        inbox.record_once(connection, row)

    def _failed_again(
        self, connection: Connection, leftover: inbox.Leftover, why: str, *, final: bool
    ) -> None:
        now, tries = self.clock.now(), leftover.tries + 1
        next_at = None if final else next_event_try(tries, now)
        inbox.mark(
            connection,
            leftover.id,
            state="failed" if next_at else "quarantined",
            now=now,
            next_at=next_at,
            tries=tries,
            last_error=why,
        )


def _look_wanted(event: IncomingEvent, *, settled: bool) -> int | None:
    """Say in how many milliseconds a look is wanted; None when the event told it all."""
    match event.subject:
        case SessionView(mode="subscription", payment_status="paid", intent_id=None):
            return _GRACE  # its intent is its invoice's: refunds and disputes go by it
        case IntentView() if not settled:
            return _GRACE if event.type in _BARE_INTENT_FACTS else 0
        case RefundView(status=status) if status not in _REFUND_WORDS:
            return 0
        case DisputeView(status=status) if status.startswith("appeal"):
            return 0
        case ChargeView() if not settled or event.type.startswith(_MONEY_BACK_HINTS):
            return _GRACE
        case _:
            return None


def _intent_of(event: IncomingEvent) -> str | None:
    subject = event.subject
    if isinstance(subject, RefundView | DisputeView | ChargeView | SessionView):
        return subject.intent_id
    return subject.id if isinstance(subject, IntentView) else None


def _name(error: Exception) -> str:
    """Name an error without its payload, which may hold what must not be kept."""
    return type(error).__name__
