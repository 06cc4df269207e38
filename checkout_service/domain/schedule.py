"""When the sweep looks at an order again, and when an event is tried again. Milliseconds UTC."""

from __future__ import annotations

from .clock import DAY, HOUR, MINUTE, SECOND
from .ledger import Ledger
from .status import WAITING, AttemptKind, AttemptState, OrderStatus

# In sweep intervals: with the default of a minute, 1, 2, 5, 15 and 60 minutes, then hourly.
_STEPS = (1, 2, 5, 15, 60)
_AFTER_EXPIRY = 5 * SECOND

# A look that news itself asks for is due since ever; a planned one may turn out to be needless.
AT_ONCE = 0

# After this many failures an event waits for a person.
EVENT_TRIES = 8
_EVENT_BACKOFF = (2 * SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR)
# An event that names an order of ours waits this long for the order to appear.
WAIT_FOR_ORDER = DAY


def next_look(
    ledger: Ledger, *, now: int, tries: int, interval: int, created_at: int
) -> int | None:
    """Say when an order that was just looked at is due again; None when nobody needs to look."""
    if not _may_still_change(ledger):
        return None
    step = _STEPS[min(tries, len(_STEPS) - 1)] * interval
    if ledger.status is OrderStatus.PROCESSING and now - created_at > 2 * DAY:
        step *= 24  # a delayed method takes days: once a day is enough
    due = now + step
    ends = [a.expires_at for a in ledger.attempts if a.expires_at and a.expires_at > now]
    return min([due, *(end + _AFTER_EXPIRY for end in ends)])


def _may_still_change(ledger: Ledger) -> bool:
    if ledger.status in WAITING:
        return True
    # A failed intent can be paid by another try of the same buyer.
    return ledger.status is OrderStatus.FAILED and any(
        attempt.kind is AttemptKind.INTENT and attempt.state is AttemptState.FAILED
        for attempt in ledger.attempts
    )


def next_event_try(tries: int, now: int) -> int | None:
    """Say when a failed event is tried again; None when it goes to quarantine."""
    if tries >= EVENT_TRIES:
        return None
    return now + _EVENT_BACKOFF[min(tries, len(_EVENT_BACKOFF) - 1)]


def next_wait(received_at: int, now: int) -> int | None:
    """Say when an event that waits for its order is tried again; None after a day."""
    age = now - received_at
    return None if age > WAIT_FOR_ORDER else now + max(2 * SECOND, min(age, 10 * MINUTE))
