"""Reading and taking in go on at the same time, in bounds, and end with the first failure."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import pairwise

import pytest

from checkout_service.use_cases.sweep.look_by_list import _windows
from checkout_service.use_cases.sweep.side_by_side import side_by_side

_PATIENCE = 10.0


@pytest.mark.parametrize("at_once", [1, 3])
def test_everything_read_is_taken_in_once_and_what_it_leads_to_as_well(at_once: int) -> None:
    taken: list[int] = []

    def read(task: int) -> tuple[int, Iterable[int]]:
        return task, [task * 2, task * 2 + 1] if task < 32 else []

    side_by_side([1], read, taken.append, at_once=at_once)

    assert sorted(taken) == list(range(1, 64))


def test_the_next_page_is_under_way_while_one_is_taken_in() -> None:
    second_began = threading.Event()

    def read(task: int) -> tuple[int, Iterable[int]]:
        if task == 2:
            second_began.set()
        return task, [2] if task == 1 else []

    def take(page: int) -> None:
        assert page != 1 or second_began.wait(_PATIENCE)

    side_by_side([1], read, take, at_once=3)


def test_a_slow_writer_is_waited_for() -> None:
    read_ahead, taken, most = 0, 0, 0
    lock = threading.Lock()

    def read(task: int) -> tuple[int, Iterable[int]]:
        nonlocal read_ahead, most
        with lock:
            read_ahead += 1
            most = max(most, read_ahead - taken)
        return task, [task + 1] if task % 100 else []

    def take(_page: int) -> None:
        nonlocal taken
        threading.Event().wait(0.001)
        with lock:
            taken += 1

    side_by_side(range(1, 400, 100), read, take, at_once=2)

    assert taken == 400
    assert most <= 2 * 2 + 1  # and the one that is being taken in


@pytest.mark.parametrize("where", ["read", "take"])
@pytest.mark.parametrize("at_once", [1, 3])
def test_the_first_failure_ends_it(where: str, at_once: int) -> None:
    taken: list[int] = []

    def read(task: int) -> tuple[int, Iterable[int]]:
        if where == "read" and task == 5:
            raise ValueError
        return task, [task + 1]  # for ever

    def take(page: int) -> None:
        if where == "take" and page == 5:
            raise ValueError
        taken.append(page)

    with pytest.raises(ValueError):  # noqa: PT011 - it is ours, and says nothing
        side_by_side([1], read, take, at_once=at_once)

    assert 5 not in taken


def test_windows_meet_and_no_second_belongs_to_two_of_them() -> None:
    times = sorted(1_700_000_000_000 + 137 * n for n in range(1_000))

    windows = _windows(times, 6)

    assert len(windows) == 6
    for (_, end), (start, _) in pairwise(windows):
        assert end // 1_000 + 1 == start // 1_000
    assert windows[0][0] < times[0]
    assert windows[-1][1] > times[-1]
