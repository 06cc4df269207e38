"""More workers have more messages on their way at once: counted, with no clock."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from checkout_service.domain.ports.notify import Delivered, Outcome
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from tests.support.outbox import Outbox
from tests.support.patience import PATIENCE

AT_ONCE, CLAIM = 2, 32


class Crowd:
    """A receiver that answers none before so many are with it; a sender's first goes alone."""

    name, place = "crowd", "crowd.example"

    def __init__(self, size: int) -> None:
        self.ids: Counter[str] = Counter()
        self.most = self._here = 0
        self._all_here = threading.Barrier(size)
        self._lock = threading.Lock()

    def send(self, message_id: str, body: str) -> Outcome:
        with self._lock:
            self.ids[message_id] += 1
            self._here += 1
            self.most = max(self.most, self._here)
        if threading.current_thread().name.startswith("send"):
            self._all_here.wait(PATIENCE)
        with self._lock:
            self._here -= 1
        return Delivered()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_as_many_are_on_their_way_as_there_are_workers_times_their_senders(
    outbox: Outbox, workers: int
) -> None:
    crowd = Crowd(workers * AT_ONCE)
    # Each worker's first message, and then a full claim for each: none can take another's.
    owed = outbox.owe(workers * (1 + CLAIM))
    beside = [
        DeliverOutbox(
            outbox.database, (crowd,), outbox.clock, real_clock=outbox.real_clock, at_once=AT_ONCE
        )
        for _ in range(workers)
    ]

    with ThreadPoolExecutor(workers, thread_name_prefix="worker") as pool:
        reports = list(pool.map(lambda one: one.deliver(), beside))

    assert [report.delivered for report in reports] == [1 + CLAIM] * workers
    assert crowd.most == workers * AT_ONCE
    assert crowd.ids == Counter(dict.fromkeys(owed, 1))
