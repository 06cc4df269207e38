"""Work of several threads done in one: who leads, who waits, and who does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from checkout_service.use_cases.settle.gathering import Gathering

MOST = 4


class GoneError(Exception):
    """What all would meet."""


class WrongError(Exception):
    """What is one's own fault."""


class Work:
    """Notes the groups it was given; the first one waits until it is let go."""

    def __init__(self, *, fails: Exception | None = None) -> None:
        self.groups: list[list[int]] = []
        self.began, self.go_on = threading.Event(), threading.Event()
        self.fails = fails
        self.gathering = Gathering[int, int](self.do, most=MOST, common=GoneError)
        self.gathering.patience = 60.0

    def do(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        if len(self.groups) == 1:
            self.began.set()
            assert self.go_on.wait(30)
        elif self.fails and len(items) > 1:
            raise self.fails
        return [10 * item for item in items]

    def arrive(self, *items: int, keys: Sequence[int] = ()) -> list[Future[int | None]]:
        """Have item 0 at work until all of these wait; then let it go on."""
        with ThreadPoolExecutor(len(items) + 1) as pool:
            done = [pool.submit(self.gathering.do, 0, key=0)]
            assert self.began.wait(30)
            for place, (item, key) in enumerate(zip(items, keys or items, strict=True)):
                done.append(pool.submit(self.gathering.do, item, key=key))
                self._until(place + 1)
            self.go_on.set()
        return done

    def _until(self, waiting: int) -> None:
        until = time.monotonic() + 30
        while self.gathering.waiting < waiting and time.monotonic() < until:
            time.sleep(0.001)


def test_whoever_comes_alone_does_its_own() -> None:
    work = Work()
    work.go_on.set()

    assert [work.gathering.do(item, key=item) for item in (1, 2)] == [10, 20]
    assert work.groups == [[1], [2]]


def test_those_who_come_meanwhile_are_done_together_and_each_hears_its_own() -> None:
    work = Work()

    done = work.arrive(1, 2, 3)

    assert work.groups == [[0], [1, 2, 3]]
    assert [one.result() for one in done] == [0, 10, 20, 30]


def test_a_group_has_a_size_and_one_of_each_key() -> None:
    work = Work()

    done = work.arrive(1, 2, 3, 4, 5, 6, keys=(1, 1, 1, 4, 5, 6))

    assert work.groups == [[0], [1, 4, 5, 6], [2], [3]]
    assert [one.result() for one in done] == [0, 10, 20, 30, 40, 50, 60]


def test_a_group_that_fails_is_left_to_each_of_its_own() -> None:
    work = Work(fails=WrongError())

    done = work.arrive(1, 2)

    assert [one.result() for one in done] == [0, None, None]


def test_what_all_would_meet_is_told_to_all() -> None:
    work = Work(fails=GoneError())

    done = work.arrive(1, 2)

    assert [type(one.exception()) for one in done[1:]] == [GoneError, GoneError]


def test_one_alone_that_fails_hears_why_and_the_next_ones_go_on() -> None:
    work = Work()
    work.go_on.set()

    def fails(_: Sequence[int]) -> list[int]:
        raise WrongError

    work.gathering._work = fails
    with pytest.raises(WrongError):
        work.gathering.do(1, key=1)
    work.gathering._work = work.do

    assert work.gathering.do(2, key=2) == 20


def test_nobody_waits_for_a_leader_that_is_stuck() -> None:
    work = Work()
    work.gathering.patience = 0.01
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(work.gathering.do, 0, key=0)
        assert work.began.wait(30)

        assert work.gathering.do(1, key=1) == 10

        work.go_on.set()
    assert stuck.result() == 0
    assert work.gathering.waiting == 0


def test_work_that_comes_to_itself_does_not_wait() -> None:
    inner: list[int | None] = []

    def work(items: Sequence[int]) -> list[int]:
        if items == [1]:
            inner.append(gathered.do(2, key=2))
        return [10 * item for item in items]

    gathered = Gathering[int, int](work, most=MOST, common=GoneError)

    assert gathered.do(1, key=1) == 10
    assert inner == [20]
