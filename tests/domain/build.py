"""Ledgers and views for the domain's tests, in the words of the domain."""

from __future__ import annotations

from dataclasses import replace

from checkout_service.domain.facts.fact import Cover, Fact, Seen
from checkout_service.domain.facts.snapshots import (
    DisputeView,
    IntentView,
    RefundView,
    SessionView,
    Subject,
)
from checkout_service.domain.order.ledger import Attempt, Ledger, Terms
from checkout_service.domain.order.settlement import Settlement, settle
from checkout_service.domain.status import AttemptKind, AttemptState

ORDER = "ord_" + "a" * 24
ATTEMPT = "att_" + "b" * 24
SESSION = "cs_test_1"
INTENT = "pi_1"
TOTAL = 5000

TERMS = Terms(order_id=ORDER, amount_total=TOTAL, currency="usd", livemode=False)


def attempt(**changes: object) -> Attempt:
    base = Attempt(
        id=ATTEMPT,
        seq=1,
        kind=AttemptKind.SESSION,
        state=AttemptState.OPEN,
        session_id=SESSION,
        reference=ORDER,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def ledger(*attempts: Attempt, **changes: object) -> Ledger:
    base = Ledger(terms=TERMS, attempts=attempts or (attempt(),))
    return replace(base, **changes)  # type: ignore[arg-type]


def session(**changes: object) -> SessionView:
    base = SessionView(
        id=SESSION,
        status="complete",
        payment_status="paid",
        mode="payment",
        amount_subtotal=TOTAL,
        amount_total=TOTAL,
        currency="usd",
        livemode=False,
        client_reference_id=ORDER,
        order_id=ORDER,
        attempt_id=ATTEMPT,
        intent_id=INTENT,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def intent(**changes: object) -> IntentView:
    base = IntentView(
        id=INTENT,
        status="succeeded",
        amount=TOTAL,
        amount_received=TOTAL,
        currency="usd",
        livemode=False,
        order_id=ORDER,
        attempt_id=ATTEMPT,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def refund(name: str = "re_1", amount: int = 1000, status: str = "succeeded") -> RefundView:
    return RefundView(name, amount, "usd", status, INTENT)


def dispute(name: str = "dp_1", status: str = "needs_response") -> DisputeView:
    return DisputeView(name, TOTAL, "usd", status, INTENT)


def fact(subject: Subject, *, looked: bool = False, at: int = 0, fresh: bool = True) -> Fact:
    """Make a fact: a complete look, or what a signed event has just told."""
    if looked:
        return Fact(subject, Seen(at), Cover.WHOLE)
    return Fact(subject, Seen(at, by_event=True), Cover.EVENT, fresh=fresh)


def settled(
    before: Ledger, *subjects: Subject, looked: bool = False, at: int = 0, fresh: bool = True
) -> Settlement:
    facts = [fact(subject, looked=looked, at=at, fresh=fresh) for subject in subjects]
    return settle(before, facts, new_attempt_id="att_" + "n" * 24)


def stored(after: Ledger) -> Ledger:
    """Return the ledger as it is read again: that it wants a look is written down elsewhere."""
    return replace(after, look_wanted=False)
