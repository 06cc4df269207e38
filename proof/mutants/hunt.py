"""Hunt mutants: each is told stories until one breaks, in a process of its own.

Nothing of the product may be imported here: a mutant is planted before that.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import FAST, MUTANTS
from .plant import plant


@dataclass(frozen=True, slots=True)
class Caught:
    """How a hunt ended; `seeds` is None for a mutant that lives."""

    mutant: str
    seeds: int | None
    seconds: float
    broken: str = ""


def hunt(wanted: str, seeds: Sequence[int], jobs: int) -> int:
    """Hunt one mutant or all, print a table. Returns the exit code: 0 when all were caught."""
    sets = {"all": list(MUTANTS), "fast": list(FAST)}
    names = sets.get(wanted) or wanted.split(",")
    unknown = [name for name in names if name not in MUTANTS]
    if unknown:
        print(f"No mutant {unknown[0]}. There are: {', '.join(MUTANTS)}")
        return 2
    began, found = time.monotonic(), list[Caught]()
    for one in hunt_each(names, seeds, jobs):
        found.append(one)
        how = "LIVES" if one.seeds is None else f"{one.seeds:5} seeds"
        law = MUTANTS[one.mutant].law
        print(f"{one.mutant:48} {law:28} {how} {one.seconds:6.1f} s  {one.broken}", flush=True)
    alive = [one.mutant for one in found if one.seeds is None]
    took = time.monotonic() - began
    print(f"{len(found) - len(alive)} of {len(found)} mutants caught in {took:.0f} s")
    if alive:
        print(f"Alive, so the oracle has a hole: {', '.join(alive)}")
    return 1 if alive else 0


def hunt_each(names: Sequence[str], seeds: Sequence[int], jobs: int) -> Iterator[Caught]:
    """Hunt these mutants over several processes."""
    preload()
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, maxtasksperchild=1) as pool:
        asked = [(name, seeds) for name in names]
        yield from pool.imap_unordered(_hunt, asked, 1)


def preload() -> None:
    """Import what every hunter needs and no mutant changes: a child then begins at once."""
    import flask  # noqa: F401, PLC0415
    import sqlalchemy  # noqa: F401, PLC0415
    import stripe  # noqa: F401, PLC0415

    import stripe_sandbox.app  # noqa: F401, PLC0415


def _hunt(asked: tuple[str, Sequence[int]]) -> Caught:
    name, seeds = asked
    mutant, began = MUTANTS[name], time.monotonic()
    plant(mutant)
    from proof.generate import story_of  # noqa: PLC0415 - after planting
    from proof.tell import tell  # noqa: PLC0415

    for number, seed in enumerate(seeds, start=1):
        told = tell(story_of(seed, mutant.layer, mutant.leaning))
        if told.broken:
            return Caught(name, number, time.monotonic() - began, told.broken[0][:110])
    return Caught(name, None, time.monotonic() - began)
