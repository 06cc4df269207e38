"""What changed when an order was settled, and what the merchant's backend must hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .changes import Change, unchanged
from .ledger import DISPUTE_CLOSED, DISPUTE_OPEN, Ledger, refund_counts
from .merge import merge
from .snapshots import Subject
from .status import OrderStatus
from .verdict import judge


class MessageKind(StrEnum):
    PAID = "order.paid"
    PROCESSING = "order.processing"
    FAILED = "order.failed"
    EXPIRED = "order.expired"
    CANCELED = "order.canceled"
    REFUNDED = "order.refunded"
    REFUND_FAILED = "order.refund_failed"
    DISPUTED = "order.disputed"
    DISPUTE_CLOSED = "order.dispute_closed"
    HELD = "order.held"
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    SUBSCRIPTION_PAST_DUE = "subscription.past_due"
    SUBSCRIPTION_ENDED = "subscription.ended"


_ON_MOVE = {
    OrderStatus.PROCESSING: MessageKind.PROCESSING,
    OrderStatus.FAILED: MessageKind.FAILED,
    OrderStatus.EXPIRED: MessageKind.EXPIRED,
    OrderStatus.CANCELED: MessageKind.CANCELED,
}

MOVE = "move"  # stands for the transition's own number, which storage knows


@dataclass(frozen=True, slots=True)
class Told:
    """A message owed: its kind and what it is about (a refund's or invoice's id, a transition)."""

    kind: MessageKind
    about: str


@dataclass(frozen=True, slots=True)
class Settlement:
    before: Ledger
    after: Ledger
    told: tuple[Told, ...]

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


def settle(
    ledger: Ledger,
    news: Iterable[Subject],
    *,
    looked: bool,
    new_attempt_id: str,
    change: Change = unchanged,
) -> Settlement:
    """Merge the news and derive what is true now. Pure; safe to repeat.

    `looked` says that the news is Stripe's answer of this moment, not an event's memory.
    `new_attempt_id` names the attempt to write down should an unknown session claim the order;
    at most one per settlement. `change` is a fact of our own: canceled, released, withdrawn.
    """
    after = change(ledger)
    for item in news:
        after = merge(after, item, looked=looked, new_attempt_id=new_attempt_id)
    after = judge(after)
    return Settlement(ledger, after, tuple(_told(ledger, after)))


def _told(before: Ledger, after: Ledger) -> Iterable[Told]:
    if before.status is not after.status and after.status in _ON_MOVE:
        yield Told(_ON_MOVE[after.status], MOVE)
    if after.fulfilled and not before.fulfilled:
        yield Told(MessageKind.PAID, "")
    known = {(hold.name, hold.attempt_id) for hold in before.holds}
    for hold in after.holds:
        if (hold.name, hold.attempt_id) not in known:
            yield Told(MessageKind.HELD, f"{hold.name}:{hold.attempt_id}")
    yield from _told_of_refunds(before, after)
    yield from _told_of_disputes(before, after)


def _told_of_refunds(before: Ledger, after: Ledger) -> Iterable[Told]:
    counted = {refund.id for refund in before.winner_refunds() if refund_counts(refund)}
    failed = {refund.id for refund in before.winner_refunds()} - counted
    for refund in after.winner_refunds():
        if refund_counts(refund) and refund.id not in counted:
            yield Told(MessageKind.REFUNDED, refund.id)
        elif not refund_counts(refund) and refund.id not in failed:
            yield Told(MessageKind.REFUND_FAILED, refund.id)


def _told_of_disputes(before: Ledger, after: Ledger) -> Iterable[Told]:
    was = {dispute.id: dispute.status for dispute in before.winner_disputes()}
    for dispute in after.winner_disputes():
        old = was.get(dispute.id)
        if dispute.status in DISPUTE_OPEN and old not in DISPUTE_OPEN:
            yield Told(MessageKind.DISPUTED, dispute.id)
        if dispute.status in DISPUTE_CLOSED and old not in DISPUTE_CLOSED:
            yield Told(MessageKind.DISPUTE_CLOSED, dispute.id)
