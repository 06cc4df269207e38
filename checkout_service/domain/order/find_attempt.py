"""Which attempt an object of Stripe's belongs to, and what becomes of one that we did not open."""

from __future__ import annotations

from checkout_service.domain.facts.snapshots import IntentView, SessionView
from checkout_service.domain.status import AttemptKind, AttemptState

from .ledger import Attempt, Ledger


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


def claim_by_session(ledger: Ledger, view: SessionView, attempt_id: str) -> Attempt:
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
    return Attempt(
        id=attempt_id,
        seq=_next_seq(ledger),
        kind=like.kind if like else AttemptKind.SESSION,
        state=AttemptState.DRAFT,
        ours=like is not None,
        link_id=like.link_id if like else view.payment_link,
        reference=like.reference if like else view.client_reference_id,
    )


def _is_recovery(view: SessionView, *, of: Attempt) -> bool:
    """True if a buyer came back to an expired session; the copy carries its metadata."""
    if view.recovered_from is None:
        return False
    return view.recovered_from == of.session_id or view.attempt_id == of.id


def attempt_for_intent(ledger: Ledger, view: IntentView) -> Attempt | None:
    """Find the attempt an intent belongs to: by its id, else the one whose name it carries."""
    for attempt in ledger.attempts:
        if attempt.intent_id == view.id:
            return attempt
    named = (a for a in ledger.attempts if a.id == view.attempt_id and a.intent_id is None)
    return next(named, None)


def claim_by_intent(ledger: Ledger, view: IntentView, attempt_id: str) -> Attempt | None:
    """Note money of an intent that names our order but that we did not make.

    Only where the order itself is paid by intents: behind a session an intent is known by it.
    """
    by_intent = all(attempt.kind is AttemptKind.INTENT for attempt in ledger.attempts)
    if view.status != "succeeded" or view.order_id != ledger.terms.order_id or not by_intent:
        return None
    return Attempt(
        id=attempt_id,
        seq=_next_seq(ledger),
        kind=AttemptKind.INTENT,
        state=AttemptState.DRAFT,
        ours=False,
    )


def _next_seq(ledger: Ledger) -> int:
    return max((attempt.seq for attempt in ledger.attempts), default=0) + 1
