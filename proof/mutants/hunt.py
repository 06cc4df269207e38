"""Hunt mutants: each is told stories until one breaks, in a process of its own.

Nothing of the product may be imported here: a mutant is planted before that.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from . import MUTANTS, SHOWN_BY
from .plant import plant

_THEIRS = (
    "AntiSSRF", "alembic.migration", "alembic.operations", "alembic.script", "babel.dates",
    "babel.numbers", "flask", "limits", "psutil", "psycopg", "pydantic_settings",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite", "standardwebhooks",
    "stripe._stripe_client", "stripe._v1_services", "stripe.oauth_error",
    "stripe.params.checkout._session_create_params", "stripe.v2.core", "stripe_sandbox.app",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caught:
    """How a hunt ended: how many stories it took, and the last one; 0 for a mutant that lives."""

    mutant: str
    seed: int
    stories: int
    seconds: float
    broken: str = ""


def hunt(wanted: str, seeds: Sequence[int], jobs: int) -> int:
    """Hunt one mutant or all, print a table. Returns the exit code: 0 when all were caught."""
    sets = {"all": list(MUTANTS), "fast": list(SHOWN_BY)}
    names = sets.get(wanted) or wanted.split(",")
    known = SHOWN_BY if wanted == "fast" else {}
    unknown = [name for name in names if name not in MUTANTS]
    if unknown:
        print(f"No mutant {unknown[0]}. There are: {', '.join(MUTANTS)}")
        return 2
    began, found = time.monotonic(), list[Caught]()
    for one in hunt_each({name: _in_turn(known.get(name), seeds) for name in names}, jobs):
        found.append(one)
        how = f"{one.stories:5} stories, seed {one.seed:5}" if one.stories else "LIVES"
        law = MUTANTS[one.mutant].law
        print(f"{one.mutant:48} {law:28} {how} {one.seconds:6.1f} s  {one.broken}", flush=True)
    alive = [one.mutant for one in found if not one.stories]
    took = time.monotonic() - began
    print(f"{len(found) - len(alive)} of {len(found)} mutants caught in {took:.0f} s")
    if alive:
        print(f"Alive, so the oracle has a hole: {', '.join(alive)}")
    return 1 if alive else 0


def _in_turn(first: int | None, seeds: Sequence[int]) -> Sequence[int]:
    return seeds if first is None else (first, *seeds)


def hunt_each(wanted: Mapping[str, Sequence[int]], jobs: int) -> Iterator[Caught]:
    """Hunt these mutants by their seeds, over several processes."""
    preload()
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(_hunt, wanted.items(), 1)


def preload() -> None:
    """Import what every hunter needs and no mutant changes: a child then begins at once."""
    for name in _THEIRS:
        import_module(name)


def _hunt(asked: tuple[str, Sequence[int]]) -> Caught:
    name, seeds = asked
    mutant, began = MUTANTS[name], time.monotonic()
    plant(mutant)
    from proof.generate import story_of  # noqa: PLC0415 - after planting
    from proof.tell import tell  # noqa: PLC0415

    for number, seed in enumerate(seeds, start=1):
        outcome = tell(story_of(seed, mutant.layer, mutant.leaning))
        if outcome.broken:
            return Caught(name, seed, number, time.monotonic() - began, outcome.broken[0][:110])
    return Caught(name, 0, 0, time.monotonic() - began)
