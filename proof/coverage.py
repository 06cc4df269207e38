"""Which moves met which orders: pairs of a move and the status of the order it was made on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .story import Move
from .world import Play


@dataclass(slots=True)
class Coverage:
    """Counts pairs of (move, status); moves of nobody's order meet every status there is."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    becomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    calls: int = 0
    _before: dict[str, str] = field(default_factory=dict)

    def before(self, play: Play, move: Move) -> None:
        self._before = statuses(play)
        names = [move.name, *(d.move.name for d in move.during if d.move is not None)]
        for name in names:
            for status in set(self._before.values()) or {"none"}:
                self.pairs[name, status] += 1

    def after(self, play: Play, _move: Move) -> None:
        for order, status in statuses(play).items():
            was = self._before.get(order, "new")
            if was != status:
                self.becomes[was, status] += 1

    def add(self, other: Coverage) -> None:
        self.pairs += other.pairs
        self.becomes += other.becomes
        self.calls += other.calls


def statuses(play: Play) -> dict[str, str]:
    return {name: row.status for name, row in play.orders.items()}


def table(coverage: Coverage) -> str:
    """Write which pairs of a move and a status were visited, and how often."""
    names = sorted({name for name, _ in coverage.pairs})
    head = [status for status in STATUSES if any((n, status) in coverage.pairs for n in names)]
    lines = ["move".ljust(24) + "".join(status[:9].rjust(10) for status in head)]
    lines += [
        name.ljust(24) + "".join(str(coverage.pairs[name, s]).rjust(10) for s in head)
        for name in names
    ]
    most = len(names) * len(STATUSES[1:])
    visited = sum(1 for (_, status) in coverage.pairs if status != "none")
    lines.append(f"{visited} of {most} pairs visited; {len(coverage.becomes)} ways from status to")
    lines[-1] += " status were gone"
    return "\n".join(lines)


STATUSES = ("none", "pending", "processing", "failed", "expired", "canceled", "paid",
            "partially_refunded", "refunded", "disputed", "charged_back")  # fmt: skip
