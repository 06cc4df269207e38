"""Merge facts into a ledger. Money is absorbing; otherwise the later observation wins.

A guess of ours gives way to any fact. Of two observations too close to order, the one further
along a payment's way counts, and what still does not fit together is looked up.
"""

from __future__ import annotations

from checkout_service.domain.guard import (
    Difference,
    Mismatches,
    capture_mismatches,
    intent_mismatches,
    line_mismatches,
    session_mismatches,
)
from checkout_service.domain.holds import raise_holds
from checkout_service.domain.order.find_attempt import (
    attempt_for_intent,
    attempt_for_session,
    claim_by_intent,
    claim_by_session,
)
from checkout_service.domain.order.ledger import Attempt, Ledger
from checkout_service.domain.replaced import replace
from checkout_service.domain.status import AttemptKind, AttemptState, Hold

from .agreed_terms import agree
from .authorised import agreed, amount_paid, intent_tells, with_authorisation
from .fact import Age, Fact
from .known_buyer import join
from .money_back import merge_dispute, merge_refund, merge_warning
from .reading import Reading, is_over, last_moment, read_buyer, read_intent, read_session
from .snapshots import (
    ChargeView,
    DisputeView,
    FraudWarningView,
    IntentView,
    RefundView,
    SessionView,
)

_A = AttemptState
RANK = {_A.DRAFT: 0, _A.OPEN: 1, _A.PROCESSING: 2, _A.FAILED: 3, _A.EXPIRED: 3, _A.CANCELED: 3,
        _A.SUCCEEDED: 4}  # fmt: skip
_MONEY_MOVES = frozenset((_A.PROCESSING, _A.SUCCEEDED))
_WAITS_FOR_BUYER = frozenset((_A.DRAFT, _A.OPEN))
_HAS_ITS_AMOUNT = frozenset(("succeeded", "requires_capture"))
_CLOSED_INTENT = frozenset((_A.CANCELED, _A.EXPIRED))


def merge(ledger: Ledger, fact: Fact, *, new_attempt_id: str) -> Ledger:
    """Take one fact into the ledger; safe to repeat."""
    match fact.subject:
        case SessionView() as view:
            return _merge_session(ledger, view, fact, new_attempt_id)
        case IntentView() as view:
            return _merge_intent(ledger, view, fact, new_attempt_id)
        case RefundView() as view:
            return merge_refund(ledger, view, fact)
        case DisputeView() as view:
            return merge_dispute(ledger, view, fact)
        case ChargeView() as view:
            return _merge_charge(ledger, view, fact)
        case FraudWarningView() as view:
            return merge_warning(ledger, view, fact)


def _merge_session(ledger: Ledger, view: SessionView, fact: Fact, new_attempt_id: str) -> Ledger:
    attempt = attempt_for_session(ledger, view)
    if attempt is None:
        attempt = claim_by_session(ledger, view, new_attempt_id)
        ledger = replace(ledger, attempts=(*ledger.attempts, attempt))
    stands = view.status == "complete" or (view.status == "open" and _is_later(attempt, fact))
    ledger = agree(ledger, attempt, view.amount_subtotal, stands=stands)
    reading = agreed(ledger.terms, _read(view, fact), view.intent)
    after = _advance(ledger, attempt, reading, fact)
    if _tells(attempt, after, reading, fact):
        after = replace(
            after,
            amount=amount_paid(ledger.terms, attempt, view),
            amount_discount=view.amount_discount,
            amount_tax=view.amount_tax,
            amount_shipping=view.amount_shipping,
            stripe_status=view.status,
            payment_status=view.payment_status,
            url=view.url if after.state is _A.OPEN else None,
            expires_at=view.expires_at or attempt.expires_at,
        )
    taken = view.intent_id in ledger.taken
    after = replace(
        after,
        session_id=view.id,
        intent_id=(None if taken else view.intent_id) or attempt.intent_id,
        customer_email=_kept(ledger, attempt.customer_email, view.customer_email),
        subscription_id=view.subscription_id or attempt.subscription_id,
        recovery_url=_kept(ledger, attempt.recovery_url, view.recovery_url),
    )
    after = with_authorisation(ledger.terms, _with_buyer(ledger, after, view, fact), view.intent)
    after = _with_bought(ledger, after, view, reading)
    found = line_mismatches(ledger.terms, view)
    if reading.state in _MONEY_MOVES:
        found = session_mismatches(ledger.terms, after, view) | found
        if taken:
            seen = f"{view.intent_id}, which pays another order"
            found |= {Hold.WRONG_REFERENCE: Difference("a payment of its own", seen)}
    ledger = _put(_without_intent(ledger, after), after)
    return _hold(ledger, after, reading, found, fact)


def _read(view: SessionView, fact: Fact) -> Reading:
    """Read a session; what its buyer has let pass is over, though Stripe waits on for the money."""
    over = view.intent is not None and is_over(view.intent, fact.seen.at)
    return Reading(_A.EXPIRED) if over else read_session(view)


def _without_intent(ledger: Ledger, owner: Attempt) -> Ledger:
    """Take an attempt's intent from any other it was linked to by metadata alone.

    A recovery session's intent names the attempt of the session it is a copy of.
    """
    if owner.intent_id is None:
        return ledger
    for other in ledger.attempts:
        if other.intent_id == owner.intent_id and other.id != owner.id:
            ledger = _put(ledger, replace(other, intent_id=None))
    return ledger


def _merge_intent(ledger: Ledger, view: IntentView, fact: Fact, new_attempt_id: str) -> Ledger:
    attempt = attempt_for_intent(ledger, view)
    if attempt is None:
        attempt = claim_by_intent(ledger, view, new_attempt_id)
        if attempt is None:
            return ledger
        ledger = replace(ledger, attempts=(*ledger.attempts, attempt))
    attempt = _with_buyer(ledger, attempt, view, fact)
    if attempt.kind is not AttemptKind.INTENT:
        # Only session facts carry a session's money: promotion codes, tax and presentment
        # currency make its intent's amounts differ. A capture shows on its intent alone.
        attempt = replace(attempt, intent_id=view.id)
        if intent_tells(ledger.terms, attempt, view):
            return _merge_capture(ledger, attempt, view, fact)
        return _put(ledger, attempt)
    stands = view.status in _HAS_ITS_AMOUNT
    ledger = agree(ledger, attempt, view.amount, stands=stands or _is_later(attempt, fact))
    reading = agreed(ledger.terms, read_intent(view, was=attempt.state), view)
    final = reading.state in (_A.SUCCEEDED, _A.CANCELED, _A.EXPIRED)
    held = ledger.terms.manual and view.status == "requires_capture"
    if not (fact.is_look or final or held):
        # It goes back and forth; an event's memory of it proves nothing.
        reading = Reading(None, reading.hold)
    after = _advance(ledger, attempt, reading, fact)
    if _tells(attempt, after, reading, fact):
        after = replace(
            after, stripe_status=view.status, amount=view.amount_received or view.amount
        )
    after = replace(
        after,
        intent_id=view.id,
        customer_email=_kept(ledger, attempt.customer_email, view.customer_email),
        expires_at=max(attempt.expires_at or 0, last_moment(view) or 0) or None,
    )
    after = with_authorisation(ledger.terms, after, view)
    found: Mismatches = {}
    if reading.state in _MONEY_MOVES:
        found = intent_mismatches(ledger.terms, after, view)
    return _hold(_put(ledger, after), after, reading, found, fact)


def _is_later(attempt: Attempt, fact: Fact) -> bool:
    return fact.is_look and fact.seen.age_beside(attempt.seen) is not Age.EARLIER


def _merge_charge(ledger: Ledger, view: ChargeView, fact: Fact) -> Ledger:
    """Take in how a payment of ours was made; what became of its money is for a look."""
    for attempt in ledger.attempts:
        if view.intent_id is not None and attempt.intent_id == view.intent_id:
            return _put(ledger, _with_buyer(ledger, attempt, view, fact))
    return ledger


def _with_buyer(
    ledger: Ledger, attempt: Attempt, view: SessionView | IntentView | ChargeView, fact: Fact
) -> Attempt:
    """Take in what the buyer told; who was erased stays so, though Stripe remembers."""
    if ledger.erased:
        return attempt
    buyer = read_buyer(view, of_session=attempt.kind is not AttemptKind.INTENT)
    return replace(attempt, buyer=join(attempt.buyer, buyer, fact.seen))


def _kept(ledger: Ledger, known: str | None, told: str | None) -> str | None:
    """Return what is kept of a buyer's word; who was erased stays so, whatever is told."""
    return known if ledger.erased else told or known


def _with_bought(ledger: Ledger, attempt: Attempt, view: SessionView, reading: Reading) -> Attempt:
    """Take in what a buyer bought who had a choice."""
    room = ledger.terms.room
    if room is None or view.lines is None or reading.state not in _MONEY_MOVES:
        return attempt
    return replace(attempt, bought=room.bought(view.lines))


def _merge_capture(ledger: Ledger, attempt: Attempt, view: IntentView, fact: Fact) -> Ledger:
    """Take in what became of the authorised money of a session."""
    reading = agreed(ledger.terms, read_intent(view, was=attempt.state), view)
    after = _advance(ledger, attempt, reading, fact)
    found: Mismatches = {}
    if reading.state is _A.SUCCEEDED:
        if attempt.state is not _A.SUCCEEDED:
            after = replace(after, amount=view.amount_received, payment_status="paid")
        found = capture_mismatches(attempt, view)
    after = with_authorisation(ledger.terms, after, view)
    return _hold(_put(ledger, after), after, reading, found, fact)


def _advance(ledger: Ledger, attempt: Attempt, reading: Reading, fact: Fact) -> Attempt:
    """Move the attempt to what was read, unless we know better."""
    state = reading.state
    if state is attempt.state and not attempt.guessed:
        later = fact.seen.age_beside(attempt.seen) is Age.LATER
        return replace(attempt, seen=fact.seen) if later else attempt
    if state is None or attempt.state is _A.SUCCEEDED:
        return attempt
    if state in _WAITS_FOR_BUYER and _has_rival(ledger, attempt):
        # It came to light after it was given up for another: the sweep closes it at Stripe.
        return replace(attempt, state=_A.EXPIRED, guessed=True)
    if attempt.guessed or attempt.state is _A.DRAFT or _outranks(attempt, reading, fact):
        return replace(attempt, state=state, guessed=False, seen=fact.seen)
    return attempt


def _outranks(attempt: Attempt, reading: Reading, fact: Fact) -> bool:
    state = reading.state
    if state is None:
        return False
    rises = RANK[state] > RANK[attempt.state]
    if state is _A.SUCCEEDED or (rises and not reading.sure):
        return True
    if attempt.kind is AttemptKind.INTENT and state in _CLOSED_INTENT:
        return True  # Stripe never opens it again: true whenever it was seen, by whose clock ever
    match fact.seen.age_beside(attempt.seen):
        case Age.LATER:
            return reading.sure
        case Age.UNKNOWN:
            return rises
        case Age.EARLIER:
            # A session only moves forward, so this is a clock that differs from ours.
            return rises and attempt.kind is not AttemptKind.INTENT


def _has_rival(ledger: Ledger, attempt: Attempt) -> bool:
    """True if another attempt of ours waits for the same buyer: only one may be payable."""
    if not attempt.ours or attempt.kind is AttemptKind.LINK:
        return False
    return any(
        other.id != attempt.id
        and other.ours
        and other.kind is not AttemptKind.LINK
        and other.state in _WAITS_FOR_BUYER
        for other in ledger.attempts
    )


def _tells(before: Attempt, after: Attempt, reading: Reading, fact: Fact) -> bool:
    """True if amounts and words of this fact are the ones to keep."""
    if before.state is _A.DRAFT or after.guessed:
        return True
    if after.state is not reading.state:
        return False
    moved = after.seen != before.seen or after.state is not before.state
    return moved or fact.seen.age_beside(before.seen) is not Age.EARLIER


def _put(ledger: Ledger, attempt: Attempt) -> Ledger:
    return replace(
        ledger,
        attempts=tuple(attempt if a.id == attempt.id else a for a in ledger.attempts),
    )


def _hold(
    ledger: Ledger, attempt: Attempt, reading: Reading, found: Mismatches, fact: Fact
) -> Ledger:
    if reading.hold is not None:
        view = fact.subject
        shown = getattr(view, "status", None), getattr(view, "payment_status", None)
        seen = " / ".join(str(word) for word in shown if word is not None)
        found = {reading.hold: Difference("a payment that is in or not", seen)} | found
    return raise_holds(ledger, attempt.id, found, seen_at=fact.seen.at)
