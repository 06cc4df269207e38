"""What a look asks for, and what it brings: which attempts may differ from what we hold."""

from __future__ import annotations

from checkout_service.domain.ledger import Attempt, Ledger
from checkout_service.domain.snapshots import Snapshot, Subject
from checkout_service.domain.status import AttemptKind, AttemptState

_LIVELY = frozenset((AttemptState.OPEN, AttemptState.PROCESSING))


def worth_a_look(ledger: Ledger) -> list[Attempt]:
    """Choose the attempts whose truth may differ from ours: open ones, and the one that paid."""
    lively = [
        attempt
        for attempt in ledger.attempts
        if attempt.won
        or attempt.state in _LIVELY
        or (attempt.kind is AttemptKind.INTENT and attempt.state is AttemptState.FAILED)
    ]
    if lively or ledger.newest is None:
        return lively
    return [ledger.newest]


def facts_of(snapshot: Snapshot) -> list[Subject]:
    """List what a look brought, the payment first."""
    found: list[Subject] = []
    if snapshot.session is not None:
        found.append(snapshot.session)
    elif snapshot.intent is not None:
        found.append(snapshot.intent)
    return [*found, *snapshot.refunds, *snapshot.disputes]
