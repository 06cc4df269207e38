"""Threads that are begun when they are needed, and end when they are told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from checkout_service.server.threads import Threads
from tests.support.running_stack import until

LONG = 60  # seconds, for what takes none


class Seen:
    """Which threads have been here."""

    def __init__(self) -> None:
        self.threads: set[threading.Thread] = set()

    def then(self, go_on: Callable[[], object]) -> None:
        self.threads.add(threading.current_thread())
        go_on()


@contextmanager
def threads(most: int) -> Iterator[Threads]:
    before = set(threading.enumerate())
    some = Threads(most)
    yield some
    some.shutdown(wait=False)
    for thread in {t for t in threading.enumerate() if t.name.startswith("answers-")} - before:
        thread.join(LONG)
        assert not thread.is_alive()


def test_one_thread_serves_whoever_comes_one_after_the_other() -> None:
    seen = Seen()
    with threads(8) as some:
        for _ in range(50):
            done = threading.Event()
            some.submit(seen.then, done.set)
            assert done.wait(LONG)
            until(lambda: bool(some._free), what="a thread that waits")

    assert len(seen.threads) == 1


def test_as_many_run_together_as_there_may_be_threads() -> None:
    seen, together = Seen(), threading.Barrier(9)
    with threads(8) as some:
        for _ in range(8):
            some.submit(seen.then, partial(together.wait, LONG))
        together.wait(LONG)

    assert len(seen.threads) == 8


def test_what_is_too_much_waits_and_all_of_it_is_done() -> None:
    done: list[int] = []
    with threads(2) as some:
        for number in range(1_000):
            some.submit(done.append, number)

    assert sorted(done) == list(range(1_000))
