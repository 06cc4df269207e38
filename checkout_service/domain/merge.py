"""Merge news into a ledger. Money is absorbing, and an event can only move things forward.

`looked` news is an answer Stripe gave just now; it may also take an intent back to open. An
event is a memory of unknown age, so it only ever raises a rank.
"""

from __future__ import annotations

from dataclasses import replace

from .guard import doubts_about_intent, doubts_about_session, lines_agree
from .ledger import Attempt, Ledger, RaisedHold
from .reading import Reading, read_intent, read_session
from .snapshots import ChargeView, DisputeView, IntentView, RefundView, SessionView, Subject
from .status import AttemptKind, AttemptState, Hold

_A = AttemptState
RANK = {_A.DRAFT: 0, _A.OPEN: 1, _A.PROCESSING: 2, _A.FAILED: 3, _A.EXPIRED: 3, _A.CANCELED: 3,
        _A.SUCCEEDED: 4}  # fmt: skip
_REFUND_RANK = {"pending": 1, "requires_action": 1, "succeeded": 2, "failed": 3, "canceled": 3}
_DISPUTE_RANK = {
    "warning_needs_response": 1, "warning_under_review": 2, "warning_closed": 3,
    "needs_response": 4, "under_review": 5, "prevented": 6, "won": 6, "lost": 6,
}  # fmt: skip
_BACK_BY_LOOK = {(_A.PROCESSING, _A.OPEN), (_A.FAILED, _A.OPEN), (_A.FAILED, _A.PROCESSING)}
_MONEY_MOVES = frozenset((_A.PROCESSING, _A.SUCCEEDED))


def merge(ledger: Ledger, news: Subject, *, looked: bool, new_attempt_id: str) -> Ledger:
    """Take one view of Stripe's into the ledger; idempotent, and for events order-free."""
    match news:
        case SessionView():
            return _merge_session(ledger, news, looked=looked, new_attempt_id=new_attempt_id)
        case IntentView():
            return _merge_intent(ledger, news, looked=looked, new_attempt_id=new_attempt_id)
        case RefundView():
            return _merge_refund(ledger, news, looked=looked)
        case DisputeView():
            return _merge_dispute(ledger, news, looked=looked)
        case ChargeView():
            return ledger  # it links an intent and asks for a look; it carries no facts


def _merge_refund(ledger: Ledger, view: RefundView, *, looked: bool) -> Ledger:
    known = ledger.refunds.get(view.id)
    if known and not looked and not _rises(_REFUND_RANK, known.status, view.status):
        return ledger
    return replace(ledger, refunds={**ledger.refunds, view.id: view})


def _merge_dispute(ledger: Ledger, view: DisputeView, *, looked: bool) -> Ledger:
    known = ledger.disputes.get(view.id)
    if known and not looked and not _rises(_DISPUTE_RANK, known.status, view.status):
        return ledger
    return replace(ledger, disputes={**ledger.disputes, view.id: view})


def _rises(ranks: dict[str, int], before: str, after: str) -> bool:
    return ranks.get(after, 0) > ranks.get(before, 0)


def attempt_for_session(ledger: Ledger, view: SessionView) -> Attempt | None:
    """Find the attempt a session belongs to: by its id, else a draft or a link awaiting one."""
    for attempt in ledger.attempts:
        if attempt.session_id == view.id:
            return attempt
    for attempt in ledger.attempts:
        if attempt.session_id is not None or attempt.kind is AttemptKind.INTENT:
            continue
        awaited = (
            attempt.reference == view.client_reference_id
            if attempt.kind is AttemptKind.LINK
            else attempt.id == view.attempt_id
        )
        if awaited:
            return attempt
    return None


def _merge_session(
    ledger: Ledger, view: SessionView, *, looked: bool, new_attempt_id: str
) -> Ledger:
    attempt = attempt_for_session(ledger, view)
    if attempt is None:
        attempt = _another_attempt(ledger, view, new_attempt_id)
        ledger = replace(ledger, attempts=(*ledger.attempts, attempt))
    reading = read_session(view)
    after = replace(
        _advance(attempt, reading, looked=looked),
        session_id=view.id,
        intent_id=view.intent_id or attempt.intent_id,
        customer_email=view.customer_email or attempt.customer_email,
        subscription_id=view.subscription_id or attempt.subscription_id,
        recovery_url=view.recovery_url or attempt.recovery_url,
    )
    if after.state is reading.state or attempt.state is _A.DRAFT:
        after = replace(
            after,
            amount=view.amount_total,
            amount_discount=view.amount_discount,
            amount_tax=view.amount_tax,
            amount_shipping=view.amount_shipping,
            stripe_status=view.status,
            payment_status=view.payment_status,
            url=view.url if after.state is _A.OPEN else None,
            expires_at=view.expires_at or attempt.expires_at,
        )
    doubts = {reading.doubt} - {None}
    if not lines_agree(ledger.terms, view):
        doubts.add(Hold.AMOUNT_MISMATCH)
    if reading.state in _MONEY_MOVES:
        doubts |= doubts_about_session(ledger.terms, after, view)
    return _raise(_put(_without_intent(ledger, after), after), after, doubts)


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


def _another_attempt(ledger: Ledger, view: SessionView, attempt_id: str) -> Attempt:
    """Note a session that names our order but that we did not open by this name.

    A second session of our own Payment Link under our reference is a second payment; a recovery
    session is the same attempt revived; anything else is a claim (`ours` is false).
    """
    like = next(
        (
            attempt
            for attempt in ledger.attempts
            if (attempt.kind is AttemptKind.LINK and attempt.reference == view.client_reference_id)
            or _is_recovery(view, of=attempt)
        ),
        None,
    )
    seq = max((attempt.seq for attempt in ledger.attempts), default=0) + 1
    return Attempt(
        id=attempt_id,
        seq=seq,
        kind=like.kind if like else AttemptKind.SESSION,
        state=_A.DRAFT,
        ours=like is not None,
        link_id=like.link_id if like else view.payment_link,
        reference=like.reference if like else view.client_reference_id,
    )


def _is_recovery(view: SessionView, *, of: Attempt) -> bool:
    """Say whether a buyer came back to an expired session; the copy carries its metadata."""
    if view.recovered_from is None:
        return False
    return view.recovered_from == of.session_id or view.attempt_id == of.id


def _attempt_for_intent(ledger: Ledger, view: IntentView) -> Attempt | None:
    """Find the attempt an intent belongs to: by its id, else the one whose name it carries."""
    for attempt in ledger.attempts:
        if attempt.intent_id == view.id:
            return attempt
    named = (a for a in ledger.attempts if a.id == view.attempt_id and a.intent_id is None)
    return next(named, None)


def _claim_of_intent(ledger: Ledger, view: IntentView, attempt_id: str) -> Attempt | None:
    """Note money of an intent that names our order but that we did not make.

    Only where the order itself is paid by intents: behind a session an intent is known by it.
    """
    by_intent = all(attempt.kind is AttemptKind.INTENT for attempt in ledger.attempts)
    if view.status != "succeeded" or view.order_id != ledger.terms.order_id or not by_intent:
        return None
    seq = max((attempt.seq for attempt in ledger.attempts), default=0) + 1
    return Attempt(id=attempt_id, seq=seq, kind=AttemptKind.INTENT, state=_A.DRAFT, ours=False)


def _merge_intent(ledger: Ledger, view: IntentView, *, looked: bool, new_attempt_id: str) -> Ledger:
    attempt = _attempt_for_intent(ledger, view)
    if attempt is None:
        attempt = _claim_of_intent(ledger, view, new_attempt_id)
        if attempt is None:
            return ledger
        ledger = replace(ledger, attempts=(*ledger.attempts, attempt))
    if attempt.kind is not AttemptKind.INTENT:
        # Only session facts carry a session's money: promotion codes, tax and presentment
        # currency make its intent's amounts differ.
        return _put(ledger, replace(attempt, intent_id=view.id))
    reading = read_intent(view, was=attempt.state)
    if not looked and reading.state not in (_A.SUCCEEDED, _A.CANCELED):
        reading = Reading(None)  # goes back and forth; an event's memory of it proves nothing
    after = replace(
        _advance(attempt, reading, looked=looked),
        intent_id=view.id,
        amount=view.amount_received or view.amount,
        customer_email=view.customer_email or attempt.customer_email,
    )
    if after.state is reading.state:
        after = replace(after, stripe_status=view.status)
    doubts = {reading.doubt} - {None}
    if reading.state in _MONEY_MOVES:
        doubts |= doubts_about_intent(ledger.terms, after, view)
    return _raise(_put(ledger, after), after, doubts)


def _advance(attempt: Attempt, reading: Reading, *, looked: bool) -> Attempt:
    state = reading.state
    if state is None or state is attempt.state:
        return attempt
    back = looked and attempt.kind is AttemptKind.INTENT and (attempt.state, state) in _BACK_BY_LOOK
    if back or RANK[state] > RANK[attempt.state]:
        return replace(attempt, state=state)
    return attempt


def _put(ledger: Ledger, attempt: Attempt) -> Ledger:
    return replace(
        ledger,
        attempts=tuple(attempt if a.id == attempt.id else a for a in ledger.attempts),
    )


def _raise(ledger: Ledger, attempt: Attempt, doubts: set[Hold | None]) -> Ledger:
    names = {doubt for doubt in doubts if doubt is not None}
    return raise_holds(ledger, attempt.id, names)


def raise_holds(ledger: Ledger, attempt_id: str, names: set[Hold]) -> Ledger:
    """Put holds up for an attempt; one that was ever up for it, released or not, stays as it is."""
    known = {(hold.name, hold.attempt_id) for hold in ledger.holds}
    new = [RaisedHold(n, attempt_id) for n in sorted(names) if (n, attempt_id) not in known]
    return replace(ledger, holds=(*ledger.holds, *new)) if new else ledger
