"""The proof in short: stories of fixed and fresh seeds break no law, and no mutant lives.

`make prove SEEDS=1-10000` is the long one; docs/proof.md tells what it found.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from proof.generate import story_of
from proof.mutants import MUTANTS, SHOWN_BY
from proof.mutants.plant import changed
from proof.run import one
from proof.shrink import shrink
from proof.story import LAYERS, During, Move, Story
from proof.tell import tell
from tests.support.processes import ROOT

JOBS = str(os.cpu_count() or 2)
FIXED = "1-100"
FRESH = 60


def prove(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "proof", "--jobs", JOBS, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_story_of_the_fixed_seeds_breaks_a_law() -> None:
    done = prove("--seeds", FIXED)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_story_of_todays_seeds_breaks_a_law() -> None:
    first = int(time.time() // 86_400) * 1000
    done = prove("--seeds", f"{first}-{first + FRESH - 1}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_mutant_of_the_fast_set_lives() -> None:
    done = prove("--seeds", "1-300", "--mutant", "fast")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_story_that_shows_a_mutant_breaks_nothing_in_the_product() -> None:
    for name, seed in SHOWN_BY.items():
        mutant = MUTANTS[name]
        told = tell(story_of(seed, mutant.layer, mutant.leaning))
        assert told.broken == [], name


def test_every_mutant_still_fits_the_product() -> None:
    for mutant in MUTANTS.values():
        for module in {patch.module for patch in mutant.patches}:
            text = (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
            changed(text, [patch for patch in mutant.patches if patch.module == module])


def test_no_story_breaks_a_law_where_transactions_are_real() -> None:
    done = prove("--seeds", "1-12", "--database", "postgresql")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_seed_tells_the_same_story_to_the_last_row(layer: str) -> None:
    seed = 11
    story = story_of(seed, layer)  # type: ignore[arg-type]  # one of LAYERS

    assert story == story_of(seed, layer)  # type: ignore[arg-type]
    assert tell(story, digest=True).digest == tell(story, digest=True).digest


def test_the_digest_does_not_depend_on_the_order_of_sets() -> None:
    def digest(seed: str) -> str:
        code = "from proof.tell import tell; from proof.generate import story_of;"
        code += "print([tell(story_of(s), digest=True).digest for s in (3, 5, 8)])"
        env = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert digest("1") == digest("2")


def test_a_replica_that_starts_before_the_last_migration_loses_nothing() -> None:
    moves = (
        Move("sells_elsewhere", n=2),
        Move("tells", n=6),
        Move("buys"),
        Move("works"),
        Move("buys_once_more"),
        Move("pays"),
        Move("tells", n=6),
    )

    told = tell(Story(1, "all", moves, gap=4))

    assert told.broken == []
    assert told.coverage.becomes["new", "pending"] == 1
    assert told.coverage.becomes["pending", "paid"] == 1


@pytest.mark.parametrize(("comes_back", "orders"), [("returns", 2), ("time_passes", 1)])
def test_others_act_between_what_was_read_at_stripe_and_what_is_written_of_it(
    comes_back: str, orders: int
) -> None:
    another = During("record", "begins", 1, "move", Move("buys", by=1))
    moves = (Move("buys"), Move(comes_back, n=1, seconds=1, during=(another,)))

    told = tell(Story(1, "polls", moves))

    assert told.broken == []
    assert told.coverage.becomes["new", "pending"] == orders


def test_a_process_that_cannot_begin_is_said_and_not_waited_for() -> None:
    code = "import proof.run as run; run.impatient = lambda url: 1 / 0;"
    code += "run.databases = lambda kind, jobs: __import__('contextlib').nullcontext(['a'] * jobs);"
    code += "run.run(range(3), 'postgresql', None, 2)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "BrokenProcessPool" in done.stderr


def test_a_story_is_shrunk_to_the_moves_that_matter() -> None:
    moves = (*story_of(5).moves, Move("cancels", 2, 77, 1, 9), *story_of(7).moves)
    story = Story(5, "all", moves)

    short = shrink(story, lambda told: any(move.name == "cancels" for move in told.moves))

    assert len(short.moves) == 1
    assert replace(short.moves[0], n=0, seconds=0) == Move("cancels")


def test_a_story_can_be_pasted_as_a_test() -> None:
    story = story_of(9)
    found: dict[str, object] = {}
    code = (
        f"from proof.story import During, Move, Story\nfrom proof.tell import tell\n{story.code()}"
    )

    exec(code, found)  # noqa: S102 - it is our own

    assert callable(found["test_seed_9"])
    assert one(9).broken == []
