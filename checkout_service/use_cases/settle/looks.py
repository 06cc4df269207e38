"""What a look asks for, and when the next one is due."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.ledger import Attempt, Ledger
from checkout_service.domain.order.settlement import Settlement
from checkout_service.domain.schedule import AT_ONCE, next_look
from checkout_service.domain.status import SETTLED, WAITING, AttemptKind, AttemptState
from checkout_service.storage.ledger.diff import LookPlan
from checkout_service.storage.ledger.read import Loaded

_LIVELY = frozenset((AttemptState.OPEN, AttemptState.PROCESSING))


@frozen
class LookDone:
    """A look whose answer is at hand: it answers the requests up to the number it began with."""

    requests: int
    planned: bool = False  # by the sweep: a buyer's own looks do not wear the plan out


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


def plan_look(
    loaded: Loaded, settlement: Settlement, look: LookDone | None, *, now: int, interval: int
) -> LookPlan:
    """Plan the next look after this settlement; times are milliseconds UTC."""
    after = settlement.after
    begins_anew = after.status in SETTLED and settlement.before.status not in SETTLED
    tries = 0 if begins_anew else loaded.look_tries
    if look is not None and look.planned and not begins_anew:
        tries += 1
    if settlement.look_wanted and look is None:
        return LookPlan(AT_ONCE, tries, loaded.look_requests, requested=True)
    due = next_look(after, now=now, tries=tries, interval=interval, created_at=loaded.created_at)
    if settlement.look_wanted:  # this look did not tell all, and the next one will not at once
        due = min(due or now + interval, now + interval)
    if look is not None:
        answered = look.planned or begins_anew or loaded.look_due_at in (None, AT_ONCE)
        kept = loaded.look_due_at if due is not None and not answered else due
        return LookPlan(kept, tries, look.requests)
    if loaded.look_due_at == AT_ONCE or not _is_needless(loaded, settlement):
        due = loaded.look_due_at
    return LookPlan(due, tries, loaded.look_requests)


def _is_needless(loaded: Loaded, settlement: Settlement) -> bool:
    """True if the look that was planned is overtaken by the facts, or none was planned."""
    was, now = settlement.before.status, settlement.after.status
    return loaded.look_due_at is None or (was in WAITING and now not in WAITING)
