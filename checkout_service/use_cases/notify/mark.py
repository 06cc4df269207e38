"""Write down what became of messages that were sent: what arrived together, in one statement.

Whoever dies before it sends them again, under the same ids.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import Delivered, Failed, Gone, Receiver, next_try
from checkout_service.storage import outbox, receivers
from checkout_service.storage.boxes import Box
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.outbox import Message

from .senders import Answer

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sent:
    """What became of messages; `retry_after` is the longest pause asked for, in seconds."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0
    retry_after: int | None = None


@frozen
class Mark:
    database: Database
    receiver: Receiver
    clock: Clock
    owner: str
    box: Box
    probing: bool
    sent: Sent = field(default_factory=Sent)
    unwritten: list[Answer] = field(default_factory=list)

    def write(self, answers: Sequence[Answer]) -> None:
        """Write these answers down and count them, and what could not be before.

        Raises DatabaseUnavailable; they stay unwritten then.
        """
        self.unwritten.extend(answers)
        arrived = [a.message for a in self.unwritten if isinstance(a.outcome, Delivered)]
        if arrived:
            self._delivered(arrived)
        for answer in self.unwritten:
            if isinstance(answer.outcome, Gone):
                self._gone(answer.message)
            elif isinstance(answer.outcome, Failed):
                self._failed(answer.message, answer.outcome)
        self.unwritten.clear()

    def _delivered(self, arrived: Sequence[Message]) -> None:
        now, ids = self.clock.now(), sorted(message.id for message in arrived)
        self.database.write(lambda c: outbox.mark_delivered(c, self.box, ids, now=now))
        self.sent.delivered += len(arrived)
        for message in arrived:
            log.info("message.delivered", extra=self._facts(message) | {"tries": message.tries + 1})

    def _gone(self, message: Message) -> None:
        now = self.clock.now()
        self.database.write(lambda c: self._disable(c, message, now))
        self.sent.failed += 1
        log.error("receiver.disabled", extra=self._facts(message))

    def _failed(self, message: Message, failure: Failed) -> None:
        now, why = self.clock.now(), str(failure)
        if self.probing and message.next_at > now:
            # A probe ahead of the message's own time is no try of its ladder.
            self.database.write(
                lambda c: outbox.keep(c, self.box, message.id, self.owner, error=why)
            )
            self._count(failure, dead=False)
            log.warning("message.failed", extra=self._facts(message) | {"reason": why})
            return
        tries = message.tries + 1
        due = next_try(
            tries=tries, age=now - message.created_at, now=now, retry_after=failure.retry_after
        )
        self.database.write(
            lambda c: outbox.mark_failed(
                c, self.box, message.id, self.owner, error=why, next_at=due
            )
        )
        self._count(failure, dead=due is None)
        level = logging.ERROR if due is None else logging.WARNING
        event = "message.dead" if due is None else "message.failed"
        log.log(level, event, extra=self._facts(message) | {"reason": why, "tries": tries})

    def _count(self, failure: Failed, *, dead: bool) -> None:
        self.sent.failed += 1
        self.sent.dead += dead
        if failure.retry_after is not None:
            self.sent.retry_after = max(self.sent.retry_after or 0, failure.retry_after)

    def _disable(self, connection: Transaction, message: Message, now: int) -> None:
        outbox.keep(connection, self.box, message.id, self.owner, error="HTTP 410")
        receivers.disable(connection, self.receiver.name, now=now)

    def _facts(self, message: Message) -> dict[str, str]:
        return {
            "message_id": message.id,
            "kind": message.kind,
            "order_id": message.order_id,
            "receiver": self.receiver.place,
        }
