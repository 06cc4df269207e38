"""All mutants, those of facts and orders first, those of machines after them."""

from __future__ import annotations

from .facts import FACTS
from .kinds import Mutant, Patch
from .machines import MACHINES
from .money import MONEY

MUTANTS: dict[str, Mutant] = {one.name: one for one in (*FACTS, *MONEY, *MACHINES)}

# Those that take more than a few dozen stories: `make prove MUTANT=all` hunts them too.
SLOW = frozenset(
    (
        "a-wanted-look-is-not-wished-for",
        "a-wrong-clock-fulfils",
        "a1-a-refund-is-asked-again-under-a-new-key",
        "a1-what-is-shown-is-subtracted-twice",
        "a2-a-day-later-the-old-key-is-trusted",
        "a3-a-guess-outranks-a-fact",
        "a6-events-of-an-unknown-payment-are-dropped",
        "a8-a-look-answers-every-wish",
        "a9-a-look-never-outranks-a-memory-of-a-refund",
        "bookmark-first",
        "check-then-act",
        "leftovers-are-left",
        "money-in-flight-is-open",
        "stale-wins",
        "a17-a-voucher-that-waits-is-open",
        "a10-an-intent-never-ends",
    )
)
FAST = tuple(name for name in MUTANTS if name not in SLOW)

__all__ = ["FAST", "MUTANTS", "Mutant", "Patch"]
