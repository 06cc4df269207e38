"""Several receivers in one process: each answers by script, and any worker may know any of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from checkout_service.domain.ports.notify import Delivered, Failed, Gone, Outcome
from checkout_service.storage.tables import deliveries
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from tests.support.outbox import Outbox
from tests.support.patience import PATIENCE

WELL, DOWN, GONE = Delivered(), Failed("HTTP 503"), Gone()


class Died(BaseException):
    """The sender's process is gone: nothing it would have done afterwards happens."""


@dataclass
class Told:
    """A receiver that keeps what it took, by id."""

    name: str
    answer: Outcome = WELL
    tried: list[str] = field(default_factory=list)
    took: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, str] = field(default_factory=dict)
    kills: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def place(self) -> str:
        return f"{self.name}.example"

    def send(self, message_id: str, body: str) -> Outcome:
        with self.lock:
            self.tried.append(message_id)
            if self.answer == WELL:
                self.took[message_id] += 1
                self.bodies[message_id] = body
        if self.kills:
            raise Died
        return self.answer


@dataclass
class Slow(Told):
    """A receiver that answers nobody before it may."""

    may_answer: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def send(self, message_id: str, body: str) -> Outcome:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE)
        return Told.send(self, message_id, body)


def worker(outbox: Outbox, *told: Told, at_once: int = 1) -> DeliverOutbox:
    """Begin a process whose settings name these receivers, in this order."""
    return DeliverOutbox(
        outbox.database, told, outbox.clock, real_clock=outbox.real_clock, at_once=at_once
    )


def once_each(ids: Sequence[str]) -> Counter[str]:
    return Counter(dict.fromkeys(ids, 1))


def states(outbox: Outbox, receiver: Told) -> Counter[str]:
    """Count a receiver's own deliveries by state."""
    with outbox.database.read() as connection:
        mine = select(deliveries.c.state).where(deliveries.c.receiver == receiver.name)
        return Counter(connection.execute(mine).scalars())
