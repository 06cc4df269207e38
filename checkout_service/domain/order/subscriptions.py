"""What becomes of a subscription after its first payment. It never changes its order's status.

Stripe's events come in any order: a status is believed if it is not older than what we know, an
end is final, and what was told about an invoice is not taken back by an older event.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from checkout_service.domain.facts.snapshots import (
    SUBSCRIPTION_ENDED,
    Billing,
    InvoiceView,
    SubscriptionView,
)
from checkout_service.domain.frozen import frozen

from .settlement import Message, MessageKind

_LATE = frozenset(("past_due", "unpaid"))
_RANK = {"active": 1, "past_due": 2, "unpaid": 3}  # of two words of one second the worse one counts
_RENEWAL = "subscription_cycle"


@frozen
class Subscription:
    """A subscription of an order as we last heard of it; times are milliseconds UTC."""

    id: str
    status: str = "unknown"
    current_period_end: int | None = None
    heard_at: int = 0  # Stripe's time of the event that told the status

    @property
    def ended(self) -> bool:
        return self.status in SUBSCRIPTION_ENDED


def follow(known: Subscription, facts: Billing, *, at: int) -> Subscription:
    """Take in what an event of Stripe's time `at` says; pure, and safe to repeat."""
    if isinstance(facts, InvoiceView):
        return _follow_invoice(known, facts, at)
    if known.ended or (at < known.heard_at and not facts.ended):
        return known
    if at == known.heard_at and _RANK.get(facts.status, 9) < _RANK.get(known.status, 0):
        return known
    return Subscription(known.id, facts.status, facts.current_period_end, at)


def _follow_invoice(known: Subscription, facts: InvoiceView, at: int) -> Subscription:
    end = max(known.current_period_end or 0, facts.period_end or 0) or None
    after = replace(known, current_period_end=end)
    if known.ended or at < known.heard_at or facts.billing_reason != _RENEWAL:
        return after
    return replace(after, status="past_due" if facts.failed else "active", heard_at=at)


def owed(known: Subscription, facts: Billing, messages: Collection[Message] = ()) -> Message | None:
    """Name the message these facts make us owe the merchant's backend, unless it was told before.

    A failed renewal has two events, of the invoice and of the subscription: both name the
    invoice, so whichever comes first tells it, once.
    """
    message = _message(known, facts)
    if message is None or message in messages:
        return None
    paid = replace(message, kind=MessageKind.SUBSCRIPTION_RENEWED)
    if message.kind is MessageKind.SUBSCRIPTION_PAST_DUE and (known.ended or paid in messages):
        return None
    return message


def _message(known: Subscription, facts: Billing) -> Message | None:
    match facts:
        case SubscriptionView(status="canceled"):
            return Message(MessageKind.SUBSCRIPTION_ENDED, facts.id)
        case SubscriptionView(status=status) if status in _LATE and known.status not in _LATE:
            return Message(MessageKind.SUBSCRIPTION_PAST_DUE, facts.latest_invoice or facts.id)
        case InvoiceView(billing_reason="subscription_cycle", failed=True):
            return Message(MessageKind.SUBSCRIPTION_PAST_DUE, facts.id)
        case InvoiceView(billing_reason="subscription_cycle", status="paid"):
            return Message(MessageKind.SUBSCRIPTION_RENEWED, facts.id)
        case _:
            return None
