"""What a look asks for, what it brings, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterable

from checkout_service.domain.ledger import Attempt, Ledger
from checkout_service.domain.schedule import AT_ONCE, next_look
from checkout_service.domain.settlement import Settlement
from checkout_service.domain.snapshots import IntentView, SessionView, Snapshot, Subject
from checkout_service.domain.status import WAITING, AttemptKind, AttemptState
from checkout_service.storage.ledgers import Loaded

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


def named_first(ledger: Ledger, news: Iterable[Subject]) -> list[str]:
    """List the intents that this news names and the order does not know yet."""
    known = {attempt.intent_id for attempt in ledger.attempts}
    return sorted(filter(None, {_intent_named(item) for item in news} - known))


def _intent_named(item: Subject) -> str | None:
    if isinstance(item, SessionView):
        return item.intent_id
    return item.id if isinstance(item, IntentView) else None


def look_times(
    loaded: Loaded, settlement: Settlement, looked_by: str | None, *, now: int, interval: int
) -> dict[str, int | None]:
    """Plan the sweep's next look; a buyer's own looks do not wear the plan out."""
    after = settlement.after
    tries = loaded.look_tries + 1
    due = next_look(after, now=now, tries=tries, interval=interval, created_at=loaded.created_at)
    if looked_by == "sweep" or (looked_by and due is None):
        return {"look_due_at": due, "look_tries": tries}
    # News ended the wait: the planned look is not needed, late as it may be; one asked for is.
    ended = loaded.ledger.status in WAITING and after.status not in WAITING
    if ended and loaded.look_due_at not in (None, AT_ONCE):
        return {"look_due_at": due}
    return {}
