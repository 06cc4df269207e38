"""What becomes of an event: applied to its order, ignored, or waiting for its order to appear."""

from __future__ import annotations

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.facts.snapshots import (
    Billing,
    ChargeView,
    DisputeView,
    FraudWarningView,
    IncomingEvent,
    IntentView,
    RefundView,
    SessionView,
    Subject,
    ThinNotice,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.order.ledger import Attempt, Ledger
from checkout_service.domain.schedule import AT_ONCE, next_wait, next_wait_for_payment
from checkout_service.storage import inbox, orders
from checkout_service.storage.database import Transaction
from checkout_service.storage.order_lookup import find_order, order_named_by, order_of_notice

from .follow_subscription import FollowSubscription

# A session's own event usually follows its intent's within a second: look only if it does not.
_GRACE = 15 * SECOND
_BARE_INTENT_FACTS = frozenset(("payment_intent.succeeded", "payment_intent.canceled"))
_REFUND_WORDS = frozenset(("pending", "requires_action", "succeeded", "failed", "canceled"))
_OF_PAYMENTS = RefundView | DisputeView | ChargeView | FraudWarningView
_MONEY_BACK_HINTS = ("charge.refunded", "charge.refund.updated", "charge.dispute.")


@frozen
class Place:
    """A state of the inbox, the order if there is one, and when to try again (milliseconds UTC)."""

    state: str
    order_id: str | None = None
    next_at: int | None = None

    @property
    def waits_for_payment(self) -> bool:
        """True if nobody knows the payment that it tells of."""
        return self.state == "waiting" and self.order_id is None


_IGNORED = Place("ignored")


@frozen
class PlaceEvent:
    clock: Clock
    follow_subscription: FollowSubscription
    live: bool
    context: str | None = None  # the account that an organisation's key acts on

    def is_foreign(self, event: IncomingEvent) -> bool:
        """True if it tells of the other mode, of an account connected to ours, or a sister of it.

        An organisation's endpoint names the account in each event; one of the account's own need
        not, and with a key of its own account there is no other to tell it from.
        """
        if event.livemode != self.live or event.account not in (None, self.context):
            return True
        return self.context is not None and event.context not in (None, self.context)

    def place(self, connection: Transaction, event: IncomingEvent, *, received_at: int) -> Place:
        """Say what becomes of an event that came at a time (milliseconds UTC)."""
        subject, notice = event.subject, event.notice
        tells = subject is not None or notice is not None or event.unreadable is not None
        if not tells or self.is_foreign(event):
            return _IGNORED
        if notice is not None:
            return _place_of_notice(connection, notice)
        if subject is None:  # unreadable: a look tells what it would have, and a person sees it
            order_id = order_named_by(connection, event.hints)
            return _IGNORED if order_id is None else Place("quarantined", order_id)
        if isinstance(subject, Billing):
            return Place(*self.follow_subscription.place(connection, subject, received_at))
        order_id = find_order(connection, subject)
        if order_id is not None:
            return Place("applied", order_id)
        return self._wait(subject, received_at)

    def _wait(self, subject: Subject, received_at: int) -> Place:
        """Wait for an order that is named, and a little for a payment that may become known."""
        now = self.clock.now()
        named = getattr(subject, "order_id", None)
        if named is not None and is_order_id(named):
            next_at = next_wait(received_at, now)
            return Place("waiting", named, next_at) if next_at else Place("ignored", named)
        if isinstance(subject, _OF_PAYMENTS) and subject.intent_id:
            next_at = next_wait_for_payment(received_at, now)
            return Place("waiting", None, next_at) if next_at else _IGNORED
        return _IGNORED


def _place_of_notice(connection: Transaction, notice: ThinNotice) -> Place:
    """Apply a thin event to the order of its object, unless the change was shown already.

    What nobody here knows yet (a session of a link, a refund made at Stripe) the sweep reads from
    the snapshot event: there is nothing to wait for.
    """
    snapshot, order_id = notice.snapshot_event, order_of_notice(connection, notice)
    if order_id is None or (snapshot is not None and inbox.is_applied(connection, snapshot)):
        return Place("ignored", order_id)
    return Place("applied", order_id)


def look_wanted(event: IncomingEvent, winner: Attempt | None) -> int | None:
    """Return in how many milliseconds a look is wanted; None when the event told it all.

    Who answers a dispute needs to see what was paid with: no event of a payment's tells it.
    """
    settled = winner is not None
    match event.subject:
        case SessionView(mode="subscription", payment_status="paid", intent_id=None):
            return _GRACE  # its intent is its invoice's: refunds and disputes go by it
        case IntentView() if not settled:
            return _GRACE if event.type in _BARE_INTENT_FACTS else 0
        case RefundView(status=status) if status not in _REFUND_WORDS:
            return 0
        case DisputeView(status=status) if status.startswith("appeal") or _is_bare(winner):
            return 0
        case ChargeView() if not settled or event.type.startswith(_MONEY_BACK_HINTS):
            return _GRACE
        case _:
            return None


def _is_bare(winner: Attempt | None) -> bool:
    """True if it was paid, and nothing has shown yet with what."""
    return winner is not None and winner.buyer.payment_method is None


def request_look(
    connection: Transaction, event: IncomingEvent, order_id: str, after: Ledger, *, now: int
) -> None:
    """Make the look due that an event asks for which was merged; `now` is milliseconds UTC."""
    wait = look_wanted(event, after.winner)
    if wait is not None:
        orders.make_look_due(connection, order_id, now + wait if wait else AT_ONCE)


def intent_of(event: IncomingEvent) -> str | None:
    """Name the payment that an event tells of."""
    subject = event.subject
    if isinstance(subject, SessionView | _OF_PAYMENTS):
        return subject.intent_id
    return subject.id if isinstance(subject, IntentView) else None
