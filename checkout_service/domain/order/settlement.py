"""What changed when an order was settled, and what the merchant's backend must hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum

from checkout_service.domain.derive import derive
from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.merge import merge
from checkout_service.domain.facts.reading import read_session
from checkout_service.domain.facts.snapshots import (
    DisputeView,
    FraudWarningView,
    IntentView,
    RefundView,
    RenewalView,
    SessionView,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus

from .changes import Change, unchanged
from .ledger import (
    DISPUTE_CLOSED,
    DISPUTE_NEEDS_RESPONSE,
    DISPUTE_OPEN,
    SETUP,
    Attempt,
    Ledger,
    is_going_back,
    refund_counts,
)


class MessageKind(StrEnum):
    PAID = "order.paid"
    PROCESSING = "order.processing"
    AUTHORIZED = "order.authorized"
    FAILED = "order.failed"
    EXPIRED = "order.expired"
    CANCELED = "order.canceled"
    REFUND_PENDING = "order.refund_pending"
    REFUNDED = "order.refunded"
    REFUND_FAILED = "order.refund_failed"
    DISPUTE_NEEDS_RESPONSE = "order.dispute_needs_response"
    DISPUTED = "order.disputed"
    DISPUTE_CLOSED = "order.dispute_closed"
    EARLY_FRAUD_WARNING = "order.early_fraud_warning"
    HELD = "order.held"
    SHIPPED = "order.shipped"
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    SUBSCRIPTION_PAST_DUE = "subscription.past_due"
    SUBSCRIPTION_ENDED = "subscription.ended"
    SUBSCRIPTION_REFUNDED = "subscription.refunded"
    SUBSCRIPTION_REFUND_FAILED = "subscription.refund_failed"
    SUBSCRIPTION_DISPUTED = "subscription.disputed"
    SUBSCRIPTION_DISPUTE_CLOSED = "subscription.dispute_closed"


_ON_MOVE = {
    OrderStatus.PROCESSING: MessageKind.PROCESSING,
    OrderStatus.FAILED: MessageKind.FAILED,
    OrderStatus.EXPIRED: MessageKind.EXPIRED,
    OrderStatus.CANCELED: MessageKind.CANCELED,
}

MOVE = "move"  # stands for the transition's own number, which storage knows


@frozen
class Message:
    """A message owed: its kind and what it is about (a refund's or invoice's id, a transition).

    `subject` is the refund, dispute or warning that it tells of; `renewal` is what was paid for,
    where that was not the order itself.
    """

    kind: MessageKind
    about: str
    subject: RefundView | DisputeView | FraudWarningView | None = field(default=None, compare=False)
    renewal: RenewalView | None = field(default=None, compare=False)


@frozen
class Settlement:
    """`corrected` says that a settled order differed from what Stripe shows: a door failed."""

    before: Ledger
    after: Ledger
    messages: tuple[Message, ...]
    corrected: bool = False

    @property
    def moved(self) -> bool:
        return self.before.status is not self.after.status

    @property
    def fulfils(self) -> bool:
        return self.after.fulfilled and not self.before.fulfilled

    @property
    def begins_subscription(self) -> bool:
        """True when the order has just learned which subscription it began."""
        if self.after.terms.mode != "subscription":
            return False
        known = {attempt.subscription_id for attempt in self.before.attempts} | {None}
        return any(attempt.subscription_id not in known for attempt in self.after.attempts)

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def look_wanted(self) -> bool:
        """True when these facts alone do not tell what is true now."""
        return self.after.look_wanted


def settle(
    ledger: Ledger,
    facts: Iterable[Fact],
    *,
    new_attempt_id: str,
    change: Change = unchanged,
) -> Settlement:
    """Merge the facts and derive what is true now. Pure; safe to repeat.

    `new_attempt_id` names the attempt to write down should an unknown session claim the order;
    at most one per settlement. `change` is a fact of our own: canceled, released, withdrawn.
    """
    taken = tuple(facts)
    after = change(ledger)
    for fact in taken:
        after = merge(after, fact, new_attempt_id=new_attempt_id)
    after = derive(after, proven=_is_proven(after, taken))
    messages = tuple(_messages(ledger, after))
    return Settlement(ledger, after, messages, corrected=_is_corrected(ledger, after))


def _is_proven(ledger: Ledger, facts: Iterable[Fact]) -> bool:
    """True if one of these facts proves that the money of a payment that is in is there now.

    A derived winner is one of the attempts that succeeded, so the proof is of any of these. What
    the buyer chose, and the way to pay that was saved, only a look shows.
    """
    paid = [a for a in ledger.attempts if a.state is AttemptState.SUCCEEDED]
    winners = [a for a in paid if a.won] or paid
    if ledger.terms.room is not None:
        winners = [a for a in winners if a.bought]
    setup = ledger.terms.mode == SETUP
    shown = [fact for fact in facts if fact.is_look or not setup]
    return any(fact.proves and any(_is_of(a, fact) for a in winners) for fact in shown)


def _is_of(attempt: Attempt, fact: Fact) -> bool:
    """True if the fact shows this attempt's own success."""
    match fact.subject:
        case SessionView() as view:
            paid = read_session(view).state is AttemptState.SUCCEEDED
            return paid and view.id == attempt.session_id
        case IntentView() as view:
            alone = attempt.kind is AttemptKind.INTENT or attempt.authorized_until is not None
            return alone and view.status == "succeeded" and view.id == attempt.intent_id
        case _:
            return False


def _is_corrected(before: Ledger, after: Ledger) -> bool:
    """True if an order that was settled turns out to have less money than we held it to have."""
    return before.winner is not None and (
        before.amount_refunded != after.amount_refunded
        or before.amount_charged_back != after.amount_charged_back
        or before.status is not after.status
    )


def _messages(before: Ledger, after: Ledger) -> Iterable[Message]:
    authorized = {attempt.id for attempt in after.attempts if attempt.is_authorized}
    moved = _ON_MOVE.get(after.status) if before.status is not after.status else None
    if moved and not (authorized and moved is MessageKind.PROCESSING):
        yield Message(moved, MOVE)
    for name in sorted(authorized - {a.id for a in before.attempts if a.is_authorized}):
        yield Message(MessageKind.AUTHORIZED, name)
    if after.fulfilled and not before.fulfilled:
        yield Message(MessageKind.PAID, "")
    known = {(hold.name, hold.attempt_id) for hold in before.holds}
    for hold in after.holds:
        if (hold.name, hold.attempt_id) not in known:
            yield Message(MessageKind.HELD, f"{hold.name}:{hold.attempt_id}")
    yield from _of_refunds(before, after)
    yield from _of_disputes(before, after)
    yield from _of_warnings(before, after)
    yield from _of_renewals(before, after)


def _refunds(ledger: Ledger) -> list[RefundView]:
    """Choose those of payments that are in: of a second payment the merchant must hear as well."""
    paid = [a for a in ledger.attempts if a.state is AttemptState.SUCCEEDED]
    return [refund for attempt in paid for refund in ledger.refunds_of(attempt)]


def _of_refunds(before: Ledger, after: Ledger) -> Iterable[Message]:
    was = {refund.id: refund for refund in _refunds(before)}
    for refund in _refunds(after):
        old = was.get(refund.id)
        if refund_counts(refund):
            if old is None or not refund_counts(old):
                yield Message(MessageKind.REFUNDED, refund.id, refund)
        elif is_going_back(refund):
            if old is None:
                yield Message(MessageKind.REFUND_PENDING, refund.id, refund)
        elif old is None or is_going_back(old):
            yield Message(MessageKind.REFUND_FAILED, refund.id, refund)


def _disputes(ledger: Ledger) -> list[DisputeView]:
    paid = {a.intent_id for a in ledger.attempts if a.state is AttemptState.SUCCEEDED}
    return [view for view in ledger.disputes.values() if view.intent_id in paid - {None}]


def _of_disputes(before: Ledger, after: Ledger) -> Iterable[Message]:
    was = {dispute.id: dispute.status for dispute in _disputes(before)}
    for dispute in _disputes(after):
        old, new = was.get(dispute.id), dispute.status
        if old == new:
            continue
        about = _about(dispute, old, after)
        if new in DISPUTE_OPEN and old not in DISPUTE_OPEN:
            yield Message(MessageKind.DISPUTED, about, dispute)
        if new in DISPUTE_NEEDS_RESPONSE:
            yield Message(MessageKind.DISPUTE_NEEDS_RESPONSE, about, dispute)
        if new in DISPUTE_CLOSED:
            yield Message(MessageKind.DISPUTE_CLOSED, about, dispute)


def _about(dispute: DisputeView, old: str | None, after: Ledger) -> str:
    """Name a dispute's change: it may come to the same word again, so each has its own id."""
    if old is None:
        return dispute.id
    return f"{dispute.id}:{dispute.status}:{after.seen[dispute.id].at}"


def _of_warnings(before: Ledger, after: Ledger) -> Iterable[Message]:
    for name, warning in after.warnings.items():
        if name not in before.warnings:
            yield Message(MessageKind.EARLY_FRAUD_WARNING, name, warning)


def _of_renewals(before: Ledger, after: Ledger) -> Iterable[Message]:
    """Tell what became of money that a subscription brought later: the order stays as it is."""
    for refund in after.refunds.values():
        renewal = after.renewals.get(refund.intent_id or "")
        known_refund = before.refunds.get(refund.id)
        counted = known_refund is not None and refund_counts(known_refund)
        if renewal is None or refund_counts(refund) is counted:
            continue
        failed, done = MessageKind.SUBSCRIPTION_REFUND_FAILED, MessageKind.SUBSCRIPTION_REFUNDED
        yield Message(failed if counted else done, refund.id, refund, renewal)
    for dispute in after.disputes.values():
        renewal = after.renewals.get(dispute.intent_id or "")
        known = before.disputes.get(dispute.id)
        old, new = known.status if known else None, dispute.status
        if renewal is None or old == new:
            continue
        about = _about(dispute, old, after)
        if new in DISPUTE_NEEDS_RESPONSE or (new in DISPUTE_OPEN and old not in DISPUTE_OPEN):
            yield Message(MessageKind.SUBSCRIPTION_DISPUTED, about, dispute, renewal)
        if new in DISPUTE_CLOSED:
            yield Message(MessageKind.SUBSCRIPTION_DISPUTE_CLOSED, about, dispute, renewal)
