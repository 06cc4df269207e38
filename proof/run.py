"""Tell the stories of many seeds over several processes; show progress, end with a table."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.queues
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Engine, create_engine, event

from checkout_service.storage.database import engine_options, prepare_engine

from .coverage import Coverage, table
from .generate import story_of
from .shrink import shrink
from .story import Layer, Story
from .tell import Outcome, tell

_EVERY = 5.0
_AHEAD = 16
_engine: Engine | str = "memory"


def run(
    seeds: Sequence[int],
    database: str,
    layer: Layer | None,
    jobs: int,
    *,
    twice: bool = False,
    minutes: float = 0,
) -> int:
    """Tell all, or as many as there is time for; print what breaks, shrunk.

    Gives 1 if anything did, else 0.
    """
    began, done, broken = time.monotonic(), 0, list[Outcome]()
    coverage, shown = Coverage(), began
    with databases(database, jobs) as urls, _workers(jobs, urls) as workers:
        for outcome in _outcomes(workers, partial(one, layer=layer, twice=twice), seeds):
            done += 1
            coverage.add(outcome.coverage)
            if outcome.broken:
                broken.append(outcome)
                print(
                    f"\nseed {outcome.story.seed} ({outcome.story.layer}): {outcome.broken[0]}",
                    flush=True,
                )
            if minutes and time.monotonic() - began > minutes * 60:
                break
            if time.monotonic() - shown > _EVERY:
                shown = time.monotonic()
                rate = done / (shown - began)
                print(f"{done} of {len(seeds)} seeds, {rate:.1f}/s", end="\r", file=sys.stderr)
    took = time.monotonic() - began
    print(table(coverage))
    print(
        f"{done} seeds on {database} in {took:.0f} s ({done / took:.1f}/s, {jobs} processes),"
        f" {coverage.calls} calls of Stripe, {len(broken)} broken"
    )
    if database == "memory":
        for outcome in broken[:3]:
            explain(outcome)
    return 1 if broken else 0


def one(seed: int, *, layer: Layer | None = None, twice: bool = False) -> Outcome:
    """Tell one seed's story; twice to see that it is the same to the last letter."""
    outcome = tell(story_of(seed, layer), _engine, digest=twice)
    if twice and tell(story_of(seed, layer), _engine, digest=True).digest != outcome.digest:
        outcome.broken.append("the same seed, the same story: told twice, it differs")
    return outcome


def explain(outcome: Outcome) -> None:
    """Print the shortest story that breaks the same law, in words and as a test."""
    laws = outcome.laws
    short = shrink(outcome.story, lambda story: bool(tell(story).laws & laws))
    print(f"\n{short.words()}\n\n" + "\n".join(tell(short).broken) + f"\n\n{short.code()}")


def tell_in_words(seeds: Sequence[int], layer: Layer | None) -> int:
    for seed in seeds:
        print(story_of(seed, layer).words(), end="\n\n")
    return 0


def shortest(seed: int, layer: Layer | None = None) -> Story:
    outcome = one(seed, layer=layer)
    return shrink(outcome.story, lambda story: bool(tell(story).laws & outcome.laws))


@contextmanager
def databases(kind: str, jobs: int) -> Iterator[list[str]]:
    """Lend a database for each process: in memory, or on a PostgreSQL of our own."""
    if kind == "memory":
        yield ["memory"] * jobs
        return
    from pathlib import Path  # noqa: PLC0415
    from tempfile import mkdtemp  # noqa: PLC0415

    from tests.support.databases import Databases  # noqa: PLC0415 - starts a server

    server = Databases(Path(mkdtemp(prefix="proof-")))
    with ExitStack() as lent:
        lent.callback(server.stop)
        yield [
            next(lent.enter_context(_closing(server.at_head("postgresql")))) for _ in range(jobs)
        ]


@contextmanager
def _closing(lending: Iterator[str]) -> Iterator[Iterator[str]]:
    yield lending
    for _ in islice(lending, 1):
        pass


@contextmanager
def _workers(jobs: int, urls: list[str]) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    for url in urls:
        queue.put(url)
    # An executor, not a pool: when a process dies it says so, a pool waits for ever.
    workers = ProcessPoolExecutor(jobs, context, _begin, (queue,))
    try:
        yield workers
    finally:
        workers.shutdown(cancel_futures=True)


def _outcomes(
    workers: ProcessPoolExecutor, tell_one: partial[Outcome], seeds: Sequence[int]
) -> Iterator[Outcome]:
    """Yield each story's end as it comes, asking for a few at a time.

    Raises: BrokenProcessPool.
    """
    left = iter(seeds)
    asked = {workers.submit(tell_one, seed) for seed in islice(left, _AHEAD)}
    while asked:
        done, asked = wait(asked, return_when=FIRST_COMPLETED)
        asked |= {workers.submit(tell_one, seed) for seed in islice(left, len(done))}
        for future in done:
            yield future.result()


def _begin(queue: multiprocessing.queues.SimpleQueue[str]) -> None:
    global _engine  # noqa: PLW0603 - a worker process has one
    url = queue.get()
    gc.freeze()
    gc.set_threshold(50_000)  # stories leave few cycles, and looking for them costs a tenth
    _engine = url if url == "memory" else impatient(url)


def impatient(url: str) -> Engine:
    """Make an engine whose statements wait for no lock: who would wait comes later, or fails.

    One process plays all replicas, so the one who holds the lock cannot go on meanwhile.
    """
    options = engine_options(url)
    options["connect_args"]["options"] = "-c lock_timeout=40"
    engine = prepare_engine(create_engine(url, **options))

    @event.listens_for(engine, "checkout")
    def _chance(connection: Any, _record: object, _proxy: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")
        if not connection.autocommit:
            connection.rollback()

    return engine
