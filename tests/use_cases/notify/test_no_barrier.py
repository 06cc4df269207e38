"""A slow answer holds up nobody else, and what arrived together is written down together."""

from __future__ import annotations

import threading
from collections import Counter

from sqlalchemy import event

from checkout_service.domain.ports.notify import Delivered, Outcome
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from tests.support.outbox import Outbox
from tests.support.patience import PATIENCE


class Stuck:
    """A receiver that keeps one exchange until all the other messages are there."""

    name, place = "stuck", "stuck.example"

    def __init__(self, all_of_them: int) -> None:
        self.ids: Counter[str] = Counter()
        self._others = all_of_them - 1
        self._lock = threading.Lock()
        self._rest_is_here = threading.Event()
        self._kept = False

    def send(self, message_id: str, body: str) -> Outcome:
        in_a_crowd = threading.current_thread().name.startswith("send")
        with self._lock:
            self.ids[message_id] += 1
            keeps = in_a_crowd and not self._kept
            self._kept = self._kept or keeps
            if not keeps and self.ids.total() > self._others:
                self._rest_is_here.set()
        if keeps:
            assert self._rest_is_here.wait(PATIENCE)
        return Delivered()


def test_a_slow_answer_keeps_no_other_message_waiting(outbox: Outbox) -> None:
    owed = outbox.owe(100)
    stuck = Stuck(100)

    report = DeliverOutbox(outbox.database, (stuck,), outbox.clock, at_once=3).deliver()

    assert report.delivered == 100
    assert stuck.ids == Counter(owed)


class Together:
    """A receiver that answers its senders all at once, as soon as so many are there."""

    name, place = "together", "together.example"

    def __init__(self, count: int) -> None:
        self._here = threading.Barrier(count)

    def send(self, message_id: str, body: str) -> Outcome:
        if threading.current_thread().name.startswith("send"):
            self._here.wait(PATIENCE)
        return Delivered()


def test_what_arrived_together_is_marked_together(outbox: Outbox) -> None:
    outbox.owe(1 + 4 * 8)
    updates: list[str] = []
    event.listen(
        outbox.database.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: updates.append(statement),
    )

    report = DeliverOutbox(outbox.database, (Together(8),), outbox.clock, at_once=8).deliver()

    assert report.delivered == 33
    assert outbox.states() == {"delivered": 33}
    written = [one for one in updates if "UPDATE outbox_messages" in one and "lease" in one]
    assert len(written) < 33  # claims and marks: one by one the marks alone were that many
