"""Send claimed messages, a few at once, and mark each as soon as its answer is known.

The first failure ends the batch: what was not sent is given back, tried or not by nobody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from checkout_service.domain.clock import Clock
from checkout_service.domain.ports.notify import (
    Delivered,
    Failed,
    Gone,
    Outcome,
    Receiver,
    next_try,
)
from checkout_service.storage import outbox, receivers
from checkout_service.storage.boxes import Box
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.outbox import Message

log = logging.getLogger(__name__)

AT_ONCE = 8
# An answer may take 13 s; one to a send begun later than this could come after its lease.
_BEGIN_WITHIN_SECONDS = 3.0


@dataclass(slots=True)
class Sent:
    """What became of a batch; `retry_after` is the longest pause asked for, in seconds."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0
    retry_after: int | None = None
    unsent: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SendBatch:
    database: Database
    receiver: Receiver
    clock: Clock
    owner: str
    box: Box
    at_once: int = AT_ONCE  # one sends in the caller's own thread

    def send(
        self, batch: Sequence[Message], *, probing: bool, keep_going: Callable[[], bool]
    ) -> Sent:
        """Send the batch; messages of one order in their sequence. Raises DatabaseUnavailable."""
        sent, lock = Sent(), threading.Lock()
        until = self.clock.monotonic() + _BEGIN_WITHIN_SECONDS

        def send(group: list[Message]) -> None:
            for message in group:
                if sent.failed or self.clock.monotonic() > until or not keep_going():
                    with lock:
                        sent.unsent.append(message.id)
                    continue
                outcome = self._try(message)
                dead = self._mark(message, outcome, probing=probing)
                with lock:
                    _count(sent, outcome, dead=dead)

        by_order = sorted(batch, key=attrgetter("order_id", "sequence"))
        groups = [list(group) for _, group in groupby(by_order, attrgetter("order_id"))]
        groups.sort(key=lambda group: group[0].next_at)
        if self.at_once == 1 or len(groups) == 1:
            for group in groups:
                send(group)
        else:
            with ThreadPoolExecutor(self.at_once, thread_name_prefix="send") as pool:
                for done in [pool.submit(send, group) for group in groups]:
                    done.result()
        if sent.unsent:
            self.database.write(lambda c: outbox.give_back(c, self.box, sent.unsent, self.owner))
        return sent

    def _try(self, message: Message) -> Outcome:
        try:
            return self.receiver.send(message.id, message.body)
        except Exception as error:
            log.exception("message.broken", extra={"message_id": message.id})
            return Failed(type(error).__name__)

    def _mark(self, message: Message, outcome: Outcome, *, probing: bool) -> bool:
        """Write down what became of a message; True if it is a dead letter now."""
        now = self.clock.now()
        facts = {
            "message_id": message.id,
            "kind": message.kind,
            "order_id": message.order_id,
            "receiver": self.receiver.place,
        }
        if isinstance(outcome, Delivered):
            self.database.write(lambda c: outbox.mark_delivered(c, self.box, message.id, now=now))
            log.info("message.delivered", extra=facts | {"tries": message.tries + 1})
            return False
        if isinstance(outcome, Gone):
            self.database.write(lambda c: self._disable(c, message, now))
            log.error("receiver.disabled", extra=facts)
            return False
        return self._mark_failed(message, outcome, facts, now, probing=probing)

    def _mark_failed(
        self, message: Message, failure: Failed, facts: dict[str, str], now: int, *, probing: bool
    ) -> bool:
        if probing and message.next_at > now:
            # A probe ahead of the message's own time is no try of its ladder.
            self.database.write(
                lambda c: outbox.keep(c, self.box, message.id, self.owner, error=str(failure))
            )
            log.warning("message.failed", extra=facts | {"reason": str(failure)})
            return False
        tries = message.tries + 1
        due = next_try(
            tries=tries, age=now - message.created_at, now=now, retry_after=failure.retry_after
        )
        self.database.write(
            lambda c: outbox.mark_failed(
                c, self.box, message.id, self.owner, error=str(failure), next_at=due
            )
        )
        level = logging.ERROR if due is None else logging.WARNING
        event = "message.dead" if due is None else "message.failed"
        log.log(level, event, extra=facts | {"reason": str(failure), "tries": tries})
        return due is None

    def _disable(self, connection: Transaction, message: Message, now: int) -> None:
        outbox.keep(connection, self.box, message.id, self.owner, error="HTTP 410")
        receivers.disable(connection, self.receiver.name, now=now)


def _count(sent: Sent, outcome: Outcome, *, dead: bool) -> None:
    if isinstance(outcome, Delivered):
        sent.delivered += 1
        return
    sent.failed += 1
    sent.dead += dead
    if isinstance(outcome, Failed) and outcome.retry_after is not None:
        sent.retry_after = max(sent.retry_after or 0, outcome.retry_after)
