"""How many messages are on their way to a receiver at once: more, while it answers as it did.

A backend that is asked more than it can do answers later, to its own visitors too. So there are
twice as many only after a round that took no longer than those before, and half as many after one
that did.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_AS_FAST = 1.5


@dataclass(slots=True)
class Pace:
    """`least` are on their way at first, and never more than `most`; equal, they are fixed."""

    least: int
    most: int
    at_once: int = field(init=False)
    _round: list[float] = field(default_factory=list, init=False)
    _usual: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.at_once = self.least

    def note(self, seconds: float) -> None:
        """Learn how long one exchange took that went well."""
        self._round.append(seconds)
        if len(self._round) < self.at_once:
            return
        took = sum(self._round) / len(self._round)
        self._round.clear()
        if self._usual is None or took <= _AS_FAST * self._usual:
            self.at_once = min(self.most, 2 * self.at_once)
        else:
            self.at_once = max(self.least, self.at_once // 2)
        self._usual = took if self._usual is None else min(took, self._usual)
