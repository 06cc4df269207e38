"""What we hold about one order: its frozen terms, its attempts, and what happened to the money.

Frozen throughout: settling makes a new ledger, storage writes down the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import ClassVar

from checkout_service.domain.facts.fact import NEVER, Seen
from checkout_service.domain.facts.known_buyer import NOT_KNOWN, KnownBuyer
from checkout_service.domain.facts.snapshots import (
    DisputeView,
    FraudWarningView,
    RefundView,
    RenewalView,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.replaced import replace
from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus, is_final

from .room import BoughtLine, Room

DISCOUNT, TAX, SHIPPING = "discount", "tax", "shipping"
SETUP = "setup"  # the mode of an order of no amount: a way to pay is saved
AUTOMATIC, MANUAL = "automatic", "manual"  # how a payment is captured

REFUND_GONE_AGAIN = frozenset(("failed", "canceled"))
# An appeal keeps the money away, whatever was decided before it.
DISPUTE_APPEALED = frozenset(("appeal_needs_response", "appeal_under_review"))
DISPUTE_OPEN = frozenset(("needs_response", "under_review")) | DISPUTE_APPEALED
DISPUTE_LOST = frozenset(("lost",))
# Waits for the merchant's answer at Stripe; an inquiry and an appeal too.
DISPUTE_NEEDS_RESPONSE = frozenset(
    ("needs_response", "warning_needs_response", "appeal_needs_response")
)
DISPUTE_CLOSED = frozenset(("won", "lost", "prevented", "warning_closed"))

Lines = tuple[tuple[int, int], ...]  # quantities and amounts


@frozen
class Terms:
    """What was agreed when the order was made or its cart changed; payments are measured by it.

    `adjustable` names what Stripe may compute on top: discount, tax, shipping. `lines` are the
    quantities and amounts of such an order's items; None where the total says it all. `manual` says
    that a payment is only authorised, until the merchant takes all or part of it. `offers` are the
    totals that Stripe was asked for since, with their lines: the one that it shows is agreed.
    `room` is what the buyer of a session may still change.
    """

    order_id: str
    amount_total: int
    currency: str
    livemode: bool
    mode: str = "payment"
    adjustable: frozenset[str] = frozenset()
    lines: Lines | None = None
    manual: bool = False
    offers: Mapping[int, Lines] = field(default_factory=dict)
    room: Room | None = None

    @property
    def opening(self) -> range:
        """What the lines may come to when Stripe's page opens."""
        return self.room.opening if self.room else range(self.amount_total, self.amount_total + 1)

    @property
    def paying(self) -> range:
        """What the lines may come to when they are paid."""
        return self.room.paying if self.room else self.opening


@frozen
class Attempt:
    """One try to pay an order. `ours` is false for a session that claims our order unasked.

    `guessed` says that the state is what we made of Stripe's silence: any fact replaces it.
    `seen` is when the state was observed at Stripe.
    """

    id: str
    seq: int
    kind: AttemptKind
    state: AttemptState
    ours: bool = True
    won: bool = False
    guessed: bool = False
    seen: Seen = NEVER
    session_id: str | None = None
    intent_id: str | None = None
    link_id: str | None = None
    reference: str | None = None  # the client_reference_id this attempt was opened with
    amount: int = 0  # what the buyer pays, minor units, once Stripe has said so
    amount_discount: int = 0
    amount_tax: int = 0
    amount_shipping: int = 0
    stripe_status: str | None = None
    payment_status: str | None = None
    url: str | None = None
    expires_at: int | None = None
    customer_email: str | None = None
    subscription_id: str | None = None
    recovery_url: str | None = None
    buyer: KnownBuyer = NOT_KNOWN
    amount_authorized: int = 0  # what was held on the buyer's card, minor units
    authorized_until: int | None = None
    bought: tuple[BoughtLine, ...] = ()  # where the buyer had a choice, once Stripe has shown it

    @property
    def is_authorized(self) -> bool:
        """True while money is held on the buyer's card and may still be taken."""
        return self.state is AttemptState.PROCESSING and self.authorized_until is not None


@frozen
class RaisedHold:
    """A hold on an order, because of one attempt. Released, it never returns for that attempt.

    `expected` and `seen` are for the person who decides; `seen_at` is in milliseconds UTC.
    """

    name: Hold
    attempt_id: str
    released: bool = False
    expected: str = ""
    seen: str = ""
    seen_at: int = 0


@frozen
class Ledger:
    terms: Terms
    status: OrderStatus = OrderStatus.PENDING
    canceled: bool = False  # by us
    fulfilled: bool = False
    erased: bool = False  # the person was taken out
    attempts: tuple[Attempt, ...] = ()
    refunds: dict[str, RefundView] = field(default_factory=dict)
    disputes: dict[str, DisputeView] = field(default_factory=dict)
    warnings: dict[str, FraudWarningView] = field(default_factory=dict)
    holds: tuple[RaisedHold, ...] = ()
    # When each refund, dispute and warning was observed, by its id.
    seen: dict[str, Seen] = field(default_factory=dict)
    # Payments of its subscription beyond the first, by intent: of no bearing on the order itself.
    renewals: Mapping[str, RenewalView] = field(default_factory=dict, compare=False)
    # Payments that are known to be other orders'. Never stored.
    taken: frozenset[str] = field(default=frozenset(), compare=False)
    # Something does not fit together: only a look can tell. Never stored.
    look_wanted: bool = field(default=False, compare=False)

    # What is derived here and kept with the order's row, by these names.
    DERIVED: ClassVar = ("fulfilled", "amount_paid", "amount_refunded", "amount_charged_back")

    def seen_by(self, now: int) -> Ledger:
        """Hold that nothing here was observed after now (milliseconds UTC).

        A replica whose clock was ahead would otherwise outrank every look until that moment.
        """
        moments = (*(attempt.seen for attempt in self.attempts), *self.seen.values())
        if all(seen.at <= now for seen in moments):
            return self
        attempts = tuple(replace(a, seen=a.seen.not_after(now)) for a in self.attempts)
        seen = {name: known.not_after(now) for name, known in self.seen.items()}
        return replace(self, attempts=attempts, seen=seen)

    @property
    def has_more(self) -> bool:
        """True if there is anything that most orders have none of."""
        parts = (self.holds, self.refunds, self.disputes, self.warnings, self.renewals)
        return any(parts)

    @property
    def final(self) -> bool:
        """True when nobody needs to wait for it."""
        return is_final(self.status, self.active_holds)

    @property
    def winner(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.won), None)

    @property
    def newest(self) -> Attempt | None:
        return max(self.attempts, key=lambda attempt: attempt.seq, default=None)

    @property
    def authorized(self) -> Attempt | None:
        """The attempt whose money may be captured or let go."""
        return next((a for a in self.attempts if a.ours and a.is_authorized), None)

    @property
    def active_holds(self) -> tuple[Hold, ...]:
        return tuple(sorted({hold.name for hold in self.holds if not hold.released}))

    @property
    def amount_paid(self) -> int:
        return self.winner.amount if self.winner else 0

    @property
    def amount_refunded(self) -> int:
        return sum(refund.amount for refund in self.winner_refunds() if refund_counts(refund))

    @property
    def amount_charged_back(self) -> int:
        """Sum the disputes that were lost, no more than was paid."""
        return min(_lost(self.winner_disputes()), self.amount_paid)

    @property
    def is_all_back(self) -> bool:
        """True if money came, and all of it is back with the buyer: of every payment there was."""
        paid = [attempt for attempt in self.attempts if attempt.state is AttemptState.SUCCEEDED]
        return bool(paid) and all(
            attempt.amount <= sum(r.amount for r in self.refunds_of(attempt) if refund_counts(r))
            for attempt in paid
        )

    def amount_left(self, paid: Attempt) -> int:
        """Return what of a payment can still go back: neither back, on its way nor charged back."""
        gone = sum(refund.amount for refund in self.refunds_of(paid) if is_going_back(refund))
        disputes = (d for d in self.disputes.values() if d.intent_id == paid.intent_id)
        return max(paid.amount - gone - _lost(disputes), 0)

    def winner_refunds(self) -> Iterable[RefundView]:
        return self.refunds_of(self.winner)

    def refunds_of(self, attempt: Attempt | None) -> list[RefundView]:
        """List a payment's refunds, without what Stripe calls one though nothing was taken.

        A part that was authorised and not captured is let go as a refund of that very amount, which
        moves nothing on the merchant's balance. https://docs.stripe.com/api/charges/capture
        """
        if attempt is None or attempt.intent_id is None:
            return []
        found = [r for r in self.refunds.values() if r.intent_id == attempt.intent_id]
        left = attempt.amount_authorized - attempt.amount
        if left <= 0 or attempt.state is not AttemptState.SUCCEEDED:
            return found
        let_go = [r for r in found if r.amount == left and refund_counts(r) and not r.booked]
        first = min(let_go, key=lambda refund: (refund.created, refund.id), default=None)
        return [refund for refund in found if refund is not first]

    def winner_disputes(self) -> Iterable[DisputeView]:
        return [d for d in self.disputes.values() if self._is_winners(d.intent_id)]

    def _is_winners(self, intent_id: str | None) -> bool:
        winner = self.winner
        return winner is not None and intent_id is not None and winner.intent_id == intent_id


def _lost(disputes: Iterable[DisputeView]) -> int:
    return sum(dispute.amount for dispute in disputes if dispute.status in DISPUTE_LOST)


def refund_counts(refund: RefundView) -> bool:
    """True if the money is back with the buyer."""
    return refund.status == "succeeded"


def is_going_back(refund: RefundView) -> bool:
    """True if the money is back with the buyer, or on its way there."""
    return refund.status not in REFUND_GONE_AGAIN
