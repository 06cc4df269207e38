"""Work that waits for Stripe most of the time: some of it at once, and what it leads to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

# At 300 ms a call, so many use up the steady part of the default ceiling on reads.
AT_ONCE = 3


def side_by_side(tasks: Iterable[T], do: Callable[[T], Iterable[T]], *, at_once: int) -> None:
    """Do all tasks and those that they return, so many at once; one alone in the caller's thread.

    The first failure is raised, and nothing is begun after it.
    """
    if at_once == 1:
        waiting = deque(tasks)
        while waiting:
            waiting.extend(do(waiting.popleft()))
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="sweep") as pool:
        running = {pool.submit(do, task) for task in tasks}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(do, more) for one in done for more in one.result()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
