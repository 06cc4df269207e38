"""A trial: one promise an integration keeps or breaks, what it takes to see that, what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from .cases import Case

if TYPE_CHECKING:
    from .examiner import Examiner


class Weight(IntEnum):
    """How much a broken promise costs."""

    CARE = 1  # what a careful integration does besides
    USUAL = 2
    MONEY = 4  # goods without money, twice for one payment, or on a stranger's word


class Door(IntEnum):
    """What the report may use besides the webhook's address."""

    CREATE = 1  # opens a session through the integration
    FULFILLED = 2  # tells whether, or how often, it was fulfilled


class Broken(Exception):
    """The promise was not kept; the message says what was seen.

    `weight` is given where that costs other than the trial's own.
    """

    def __init__(self, seen: str, *, weight: Weight | None = None) -> None:
        super().__init__(seen)
        self.weight = weight


class NotTried(Exception):
    """Nothing can be said about the promise; the message says why."""


@dataclass(frozen=True, slots=True)
class Trial:
    name: str
    subject: str
    promise: str
    weight: Weight
    doors: tuple[Door, ...]
    case: Case | None
    run: Callable[[Examiner], str]


@dataclass(slots=True)
class Subject:
    """Some trials about the same thing, told under one heading."""

    title: str
    doors: tuple[Door, ...] = ()
    trials: list[Trial] = field(default_factory=list)

    def trial(
        self, promise: str, *, weight: Weight = Weight.USUAL, case: Case | None = None
    ) -> Callable[[Callable[[Examiner], str]], Callable[[Examiner], str]]:
        """Make a trial of a function that returns what it saw, or raises Broken or NotTried."""

        def keep(run: Callable[[Examiner], str]) -> Callable[[Examiner], str]:
            name = run.__name__.replace("_", "-")
            self.trials.append(Trial(name, self.title, promise, weight, self.doors, case, run))
            return run

        return keep
