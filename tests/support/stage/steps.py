"""What a replica does to the world, step by step, and those who are told before and after.

A hook may look, raise, run other moves, or let the replica die: whatever may happen in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from checkout_service.domain.errors import DatabaseUnavailable

Moment = Literal["begins", "before", "after"]


class Killed(BaseException):
    """A replica's process has ended; no `except Exception` of its own may save it."""


@dataclass(slots=True)
class Call:
    """One call of Stripe's API, as the service made it; `at` is when, in milliseconds."""

    replica: int
    at: int
    method: str
    path: str
    params: dict[str, str]
    key: str | None = None
    status: int | None = None  # None while there is no answer
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Step:
    """A moment of a call (`before` it reaches Stripe, `after` the answer is there) or of a write.

    A write `begins` with nothing read, is decided `before` its commit, and can be seen `after`.
    On SQLite the time between `begins` and `after` is the writer's alone.
    """

    replica: int
    moment: Moment
    call: Call | None = None

    @property
    def is_write(self) -> bool:
        return self.call is None


Hook = Callable[[Step], None]
Match = Callable[[Step], bool]


def calling(
    method: str | None = None,
    path: str = "",
    *,
    moment: Moment = "before",
    replica: int | None = None,
    nth: int = 1,
) -> Match:
    """Match calls whose path holds this text, from the nth such call on."""

    def fits(step: Step) -> bool:
        call = step.call
        return call is not None and method in (None, call.method) and path in call.path

    return _counted(fits, moment, replica, nth)


def writing(moment: Moment = "after", *, replica: int | None = None, nth: int = 1) -> Match:
    """Match writes of the service's database, from the nth on."""
    return _counted(lambda step: step.is_write, moment, replica, nth)


def _counted(fits: Match, moment: Moment, replica: int | None, nth: int) -> Match:
    seen = 0

    def match(step: Step) -> bool:
        nonlocal seen
        if step.moment != moment or replica not in (None, step.replica) or not fits(step):
            return False
        seen += 1
        return seen >= nth

    return match


class Hooks:
    """Who is told of each step; those who came first are told first."""

    def __init__(self) -> None:
        self._hooks: list[Hook] = []

    def add(self, hook: Hook) -> Callable[[], None]:
        """Tell this hook of every step; return what takes it away again."""
        self._hooks.append(hook)
        return lambda: self._hooks.remove(hook) if hook in self._hooks else None

    def tell(self, step: Step) -> None:
        for hook in tuple(self._hooks):
            hook(step)

    def when(
        self, match: Match, act: Callable[[], object], *, times: int | None = 1
    ) -> Callable[[], None]:
        """Act at the first so many steps that match, or at all; return what ends that.

        After its last time the act is nobody's hook any more: what it does itself cannot match.
        """
        done = 0

        def hook(step: Step) -> None:
            nonlocal done
            if done != times and match(step):
                done += 1
                if done == times:
                    remove()
                act()

        remove = self.add(hook)
        return remove


def cut() -> None:
    """Reset the connection to Stripe."""
    raise ConnectionResetError("The stage cut this connection.")


def fail_with(failure: Exception) -> None:
    raise failure


def lose_database() -> None:
    """Have the database gone for a moment."""
    raise DatabaseUnavailable
