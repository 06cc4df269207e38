"""A story as plain data: what happens, to whom, and what comes in between.

A move names its order by a number that is taken modulo the orders there are, so that a story stays
a story when moves are taken out of it. A move that finds nothing to do does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Layer = Literal["all", "webhooks", "sweep", "looks", "polls", "pull"]
LAYERS: tuple[Layer, ...] = ("all", "webhooks", "sweep", "looks", "polls", "pull")

Place = Literal["call", "write", "record"]
Moment = Literal["begins", "before", "after"]
What = Literal["kill", "cut", "gone", "move"]


@dataclass(frozen=True, slots=True)
class During:
    """What comes in between: at the nth call of Stripe or write of the database of a move.

    A `record` is a write of what has just been read at Stripe.
    """

    at: Place
    moment: Moment
    nth: int
    what: What
    move: Move | None = None

    def __str__(self) -> str:
        place = f"{_nth(self.nth)} {_PLACES[self.at]}"
        where = {"begins": "as its", "before": "before its", "after": "after its"}[self.moment]
        did = {
            "kill": "the process dies",
            "cut": "the connection is reset",
            "gone": "the database is gone for this one write",
            "move": f"meanwhile {self.move}",
        }[self.what]
        return f"{where} {place}{' begins' if self.moment == 'begins' else ''}, {did}"


@dataclass(frozen=True, slots=True)
class Move:
    """One move. `n` chooses between ways to do it; `by` names the replica that serves it."""

    name: str
    who: int = 0
    n: int = 0
    by: int = 0
    seconds: int = 0
    during: tuple[During, ...] = ()

    def __str__(self) -> str:
        said = [f"order {self.who}" if self.who else "order 0", f"way {self.n}"]
        if self.seconds:
            said.append(f"{self.seconds} s")
        if self.by:
            said.append(f"replica {self.by}")
        text = f"{self.name.replace('_', ' ')} ({', '.join(said)})"
        return "; ".join([text, *map(str, self.during)])


@dataclass(frozen=True, slots=True)
class Story:
    """What is told: the moves, and the world they are told in."""

    seed: int
    layer: Layer
    moves: tuple[Move, ...]
    links: bool = False
    heals_by: Literal["telling", "silence"] = "telling"
    patient: bool = False  # lives through the whole time after healing, even when all is well
    gap: int = 0  # so many moves are made before the last migration is
    theme: str = field(default="", compare=False)

    def without(self, gone: set[int]) -> Story:
        return replace(self, moves=tuple(m for i, m in enumerate(self.moves) if i not in gone))

    def words(self) -> str:
        """Tell the story to a person."""
        told = "told" if self.heals_by == "telling" else "lost"
        head = f"Seed {self.seed}, layer {self.layer}; what waits at the end is {told}."
        if self.gap:
            head += f" The last migration comes after move {self.gap}."
        return "\n".join([head, *(f"{i + 1:3}. {move}" for i, move in enumerate(self.moves))])

    def code(self) -> str:
        """Write the story as a test to paste."""
        moves = "".join(f"        {move!r},\n" for move in self.moves)
        more = "".join(
            f", {name}={value!r}"
            for name, value in (
                ("links", self.links),
                ("heals_by", self.heals_by),
                ("patient", self.patient),
                ("gap", self.gap),
            )
        )
        return (
            f"def test_seed_{self.seed}() -> None:\n    moves = (\n{moves}    )\n"
            f"    story = Story({self.seed}, {self.layer!r}, moves{more})\n"
            "    assert tell(story).broken == []\n"
        )


_PLACES: dict[Place, str] = {
    "call": "call of Stripe",
    "write": "write",
    "record": "write of what it read at Stripe",
}


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
