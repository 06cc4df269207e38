"""All mutants, those of facts and orders first, those of machines after them."""

from __future__ import annotations

from .facts import FACTS
from .held import HELD
from .kinds import Mutant, Patch
from .machines import MACHINES
from .money import MONEY

MUTANTS: dict[str, Mutant] = {one.name: one for one in (*FACTS, *MONEY, *HELD, *MACHINES)}

# A story that showed the mutant last time. `fast` tells it first, and goes on from the first seed
# if the dice have changed since.
SHOWN_BY: dict[str, int] = {
    "a-failed-message-is-called-delivered": 1,
    "a-hold-holds-nothing": 8,
    "a-memory-fulfils": 110,
    "a-released-hold-comes-back": 22,
    "a-second-payment-is-not-held": 18,
    "a-wanted-look-is-not-requested": 2,
    "a-canceled-order-stays-open-at-stripe": 2,
    "a-wrong-clock-fulfils": 93,
    "a1-a-refund-is-asked-again-under-a-new-key": 39,
    "a1-what-is-shown-is-subtracted-twice": 61,
    "a13-a-decided-dispute-is-never-decided-anew": 1,
    "a17-a-voucher-that-waits-is-open": 12,
    "a18-a-pending-refund-counts": 11,
    "a2-a-day-later-the-old-key-is-trusted": 23,
    "a3-a-guess-outranks-a-fact": 29,
    "a4-a-list-without-refunds-fulfils": 1,
    "a5-what-came-back-is-not-held": 6,
    "a6-events-of-an-unknown-payment-are-dropped": 64,
    "a8-a-look-answers-every-request": 4,
    "a9-a-look-never-outranks-a-memory-of-a-refund": 88,
    "an-expired-session-is-open": 5,
    "an-unopened-link-never-lapses": 11,
    "bookmark-first": 10,
    "check-then-act": 215,
    "every-try-has-a-key-of-its-own": 39,
    "held-money-is-paid": 1,
    "leftovers-are-left": 1,
    "links-are-read-from-now-on": 1,
    "money-in-flight-is-open": 4,
    "order-paid-is-told-again": 1,
    "settled-is-forgotten": 1,
    "stale-wins": 213,
    "the-amount-of-a-session-is-unread": 21,
    "the-amount-of-an-intent-is-unread": 22,
    "what-is-let-go-is-a-refund": 8,
    "who-decides-takes-a-memory": 84,
    "who-joins-a-capture-or-void-is-forgotten": 386,
    "unknown-writes-are-never-finished": 1,
}

__all__ = ["MUTANTS", "SHOWN_BY", "Mutant", "Patch"]
