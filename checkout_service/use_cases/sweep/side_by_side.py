"""Reads of Stripe, which wait most of the time: some of them at once, and what they lead to.

What they bring is taken in meanwhile, one page after the other: two writers would wait for each
other, and a reader that writes does not read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

T = TypeVar("T")
P = TypeVar("P")

# At 600 ms a call, as long lists take, so many use up the steady part of the default ceiling.
AT_ONCE = 6
_KEPT = 2  # pages for each of them, those under way included: a slow writer is waited for


def side_by_side(
    tasks: Iterable[T],
    read: Callable[[T], tuple[P, Iterable[T]]],
    take: Callable[[P], object],
    *,
    at_once: int,
) -> None:
    """Do all reads and those that they lead to, so many at once, and take in what each brings.

    One alone is done in the caller's thread. The first failure is raised, and nothing is begun
    after it.
    """
    waiting = deque(tasks)
    if at_once == 1:
        while waiting:
            page, more = read(waiting.popleft())
            take(page)
            waiting.extend(more)
        return
    with (
        ThreadPoolExecutor(at_once, thread_name_prefix="sweep-reads") as readers,
        ThreadPoolExecutor(1, thread_name_prefix="sweep-writes") as writer,
    ):
        reading, writing = set[Future[tuple[P, Iterable[T]]]](), set[Future[Any]]()
        found = deque[P]()
        try:
            while waiting or reading or writing or found:
                while waiting and len(reading) + len(found) < _KEPT * at_once:
                    reading.add(readers.submit(read, waiting.popleft()))
                if found and not writing:
                    writing.add(writer.submit(take, found.popleft()))
                done = wait(reading | writing, return_when=FIRST_COMPLETED).done
                for page, more in (one.result() for one in done & reading):
                    found.append(page)
                    waiting.extend(more)
                for one in done & writing:
                    one.result()
                reading, writing = reading - done, writing - done
        except BaseException:
            readers.shutdown(cancel_futures=True)
            raise
