"""Those who send: threads of their own, or the caller's where one message goes at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import Failed, Outcome, Receiver
from checkout_service.storage.outbox import Message

from .pace import Pace

log = logging.getLogger(__name__)


@frozen
class Answer:
    """What became of a message, and how long that took."""

    message: Message
    outcome: Outcome
    seconds: float


@dataclass(slots=True)
class Senders:
    receiver: Receiver
    pace: Pace
    pool: ThreadPoolExecutor | None
    busy: int = 0
    _done: SimpleQueue[Future[Answer]] = field(default_factory=SimpleQueue)

    @property
    def free(self) -> int:
        """How many more may be on their way now."""
        return self.pace.at_once - self.busy

    def begin(self, message: Message) -> None:
        self.busy += 1
        if self.pool is not None:
            self.pool.submit(self._send, message).add_done_callback(self._done.put)
            return
        done: Future[Answer] = Future()
        done.set_result(self._send(message))
        self._done.put(done)

    def finished(self, *, within: float | None) -> list[Answer]:
        """Wait for the next answer, so many seconds at most; return all that are there."""
        found: list[Answer] = []
        try:
            found.append(self._done.get(timeout=within).result())
            while True:
                found.append(self._done.get_nowait().result())
        except Empty:
            self.busy -= len(found)
            for answer in found:
                self.pace.note(answer.seconds)
            return found

    def _send(self, message: Message) -> Answer:
        began = time.monotonic()
        try:
            outcome = self.receiver.send(message.id, message.body)
        except Exception as error:
            log.exception("message.broken", extra={"message_id": message.id})
            outcome = Failed(type(error).__name__)
        return Answer(message, outcome, time.monotonic() - began)


@contextmanager
def senders(receiver: Receiver, pace: Pace) -> Iterator[Senders]:
    """Hire senders; when it ends all of them have."""
    if pace.most == 1:
        yield Senders(receiver, pace, None)
        return
    with ThreadPoolExecutor(pace.most, thread_name_prefix="send") as pool:
        yield Senders(receiver, pace, pool)
