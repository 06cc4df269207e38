"""When things are done again: looks, events, writes to Stripe. Milliseconds UTC.

An order has a budget of reads, whatever happens: 60 in its first 30 days, 4 a month after that.
"""

from __future__ import annotations

from enum import Enum

from .clock import DAY, HOUR, MINUTE, SECOND
from .facts.reading import VOUCHER_GRACE
from .order.ledger import Attempt, Ledger
from .status import SETTLED, WAITING, AttemptKind, AttemptState, OrderStatus

# In sweep intervals: with the default of a minute, 1, 2, 5, 15 and 60 minutes, then twice as long
# each time, up to two days.
_STEPS = (1, 2, 5, 15, 60)
_LONGEST_STEP = 2 * DAY
_AFTER_END = 5 * SECOND
# A settled order is looked at again: a refund or dispute that every other door missed is found.
_AGAIN = (HOUR, DAY - HOUR, 6 * DAY)
# So long before an authorisation ends somebody is told.
ENDS_SOON = DAY

# A look that facts themselves ask for is due since ever; a planned one may turn out to be needless.
AT_ONCE = 0

# How often something may fail before it waits for a person, and how long it rests in between.
MOST_TRIES = 8
_BACKOFF = (2 * SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR)

# An event that names an order of ours waits this long for the order to appear.
WAIT_FOR_ORDER = DAY
# One that names only a payment nobody knows is soon called another shop's.
_WAITS_FOR_PAYMENT = (2 * SECOND, 10 * SECOND, MINUTE, 10 * MINUTE)
WAIT_FOR_PAYMENT = HOUR

MONTH = 30 * DAY
READS_AT_FIRST, READS_A_MONTH = 60, 4

# A payment that is on its way for so long waits for a person.
LONGEST_WAIT = 60 * DAY


def next_look(
    ledger: Ledger, *, now: int, tries: int, interval: int, created_at: int
) -> int | None:
    """Return when an order that was just looked at is due again; None when nobody needs to look.

    `tries` counts the looks of the sweep since the order began to wait, or since it was settled.
    """
    if ledger.status in SETTLED:
        again: tuple[int, ...] = _AGAIN
        if len(ledger.attempts) > 1:  # another may still be payable, and nobody is to pay twice
            again = (interval, *_AGAIN)
        return now + again[tries] if tries < len(again) else None
    if not _may_still_change(ledger):
        return None
    due = now + _step(tries, interval)
    if now - created_at > MONTH:
        due = now + MONTH // READS_A_MONTH
    ends = [end + _AFTER_END for end in map(end_of, ledger.attempts) if end is not None]
    ends += [(a.authorized_until or 0) - ENDS_SOON for a in ledger.attempts if a.is_authorized]
    return min([due, *(end for end in ends if end > now)])


def _step(tries: int, interval: int) -> int:
    if tries < len(_STEPS):
        return _STEPS[tries] * interval
    doubled = min(tries - len(_STEPS) + 1, 32)
    return int(min(_STEPS[-1] * interval * 2**doubled, _LONGEST_STEP))


def _may_still_change(ledger: Ledger) -> bool:
    if ledger.status in WAITING or any(is_stray(ledger, a) for a in ledger.attempts):
        return True
    # A failed intent can be paid by another try of the same buyer.
    return ledger.status is OrderStatus.FAILED and any(
        attempt.kind is AttemptKind.INTENT and attempt.state is AttemptState.FAILED
        for attempt in ledger.attempts
    )


def end_of(attempt: Attempt) -> int | None:
    """Tell the last moment of a waiting attempt; None when it has none or does not wait."""
    if attempt.is_authorized:
        return attempt.authorized_until
    if attempt.expires_at is None:
        return None
    if attempt.state in (AttemptState.OPEN, AttemptState.FAILED):
        return attempt.expires_at
    if attempt.state is AttemptState.PROCESSING and attempt.stripe_status == "requires_action":
        return attempt.expires_at + VOUCHER_GRACE  # a voucher; a debit ends when its bank says so
    return None


def is_overdue(attempt: Attempt, *, now: int) -> bool:
    """True if an intent outlived its time, so that we cancel it at Stripe; sessions end there.

    An authorisation is an intent's, whatever it was asked for with.
    """
    ours_to_end = attempt.kind is AttemptKind.INTENT or attempt.is_authorized
    end = end_of(attempt) if ours_to_end else None
    return end is not None and end <= now


def is_stray(ledger: Ledger, attempt: Attempt) -> bool:
    """True if something is payable at Stripe that nobody is to pay: given up, canceled, or paid."""
    if attempt.guessed:
        return attempt.session_id is not None and attempt.stripe_status == "open"
    over = ledger.canceled or ledger.status in SETTLED
    if not over or attempt.kind is AttemptKind.LINK:
        return False
    failed = attempt.kind is AttemptKind.INTENT and attempt.state is AttemptState.FAILED
    payable = attempt.state is AttemptState.OPEN or attempt.is_authorized
    return attempt.ours and (payable or failed)


def is_left_unpaid(attempt: Attempt) -> bool:
    """True if the voucher or transfer of a complete session is over here, and not yet at Stripe."""
    behind_session = attempt.kind is not AttemptKind.INTENT and attempt.intent_id is not None
    over = attempt.state is AttemptState.EXPIRED and attempt.stripe_status == "complete"
    return behind_session and over and attempt.authorized_until is None


def backoff(tries: int, now: int) -> int | None:
    """Return when something that failed so often is tried again; None when a person must look."""
    if tries >= MOST_TRIES:
        return None
    return now + _BACKOFF[min(tries, len(_BACKOFF) - 1)]


def next_wait(received_at: int, now: int) -> int | None:
    """Return when an event that waits for its order is tried again; None after a day."""
    age = now - received_at
    return None if age > WAIT_FOR_ORDER else now + max(2 * SECOND, min(age, 10 * MINUTE))


def next_wait_for_payment(received_at: int, now: int) -> int | None:
    """Return when an event of an unknown payment is tried again; None after an hour."""
    age = now - received_at
    if age >= WAIT_FOR_PAYMENT:
        return None
    step = next((step for step in _WAITS_FOR_PAYMENT if step > age), WAIT_FOR_PAYMENT - age)
    return now + max(step, SECOND)


def reads_window(created_at: int, now: int) -> int:
    """Number the month of an order's life that its reads are counted in, the first one 0."""
    return max(0, now - created_at) // MONTH


class Asker(Enum):
    """Who wants a look; whoever asks again and again leaves something of the budget to others."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    SWEEP = "sweep"


# At first, and a month: what stays for the others.
_LEAVES = {Asker.BUYER: (36, 3), Asker.MERCHANT: (12, 1), Asker.SWEEP: (0, 0)}


def most_reads(window: int, asker: Asker) -> int:
    """Return how many reads a month of an order's may have cost when this one asks."""
    at_first, later = _LEAVES[asker]
    return READS_AT_FIRST - at_first if window == 0 else READS_A_MONTH - later


def window_end(created_at: int, window: int) -> int:
    return created_at + (window + 1) * MONTH
