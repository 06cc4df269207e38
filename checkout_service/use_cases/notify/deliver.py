"""Hand messages to the merchant's backend: each at least once, once when nothing failed.

Rows are claimed under a lease, sent with no transaction open, marked afterwards. Whoever dies in
between loses the lease, and another sends the message again under the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from checkout_service.domain import ids
from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.ports.notify import FIRST_PROBE, Receiver, pause
from checkout_service.storage import outbox, receivers
from checkout_service.storage.database import Database

from .claim import ClaimMessages
from .send import AT_ONCE, SendBatch, Sent

log = logging.getLogger(__name__)

_WIDE = 32  # at least: what one pass claims keeps every sender busy
_NO_RECEIVER = "none"


@dataclass(slots=True)
class DeliverReport:
    """What a pass did; `receiver` is how it does at the end: none, well, failing, disabled."""

    receiver: str = _NO_RECEIVER
    delivered: int = 0
    failed: int = 0
    dead: int = 0

    def add(self, sent: Sent) -> None:
        self.delivered += sent.delivered
        self.failed += sent.failed
        self.dead += sent.dead


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class DeliverOutbox:
    database: Database
    receiver: Receiver | None
    clock: Clock
    owner: str = field(default_factory=lambda: ids.new_id("own"))
    real_clock: Clock = field(default_factory=SystemClock)  # for leases
    at_once: int = AT_ONCE

    def deliver(self, keep_going: Callable[[], bool] = _always) -> DeliverReport:
        """Send what may be sent now; without a receiver messages are kept, as due.

        Any number of workers may do so at once. Raises DatabaseUnavailable.
        """
        report = DeliverReport()
        if self.receiver is None:
            return report
        claim = ClaimMessages(
            self.database, self.clock, self.real_clock, self.receiver.name, self.owner
        )
        send = SendBatch(self.database, self.receiver, self.clock, self.owner, self.at_once)
        width = 1  # the first goes alone: a receiver that is down costs one message
        while keep_going():
            claimed = claim.claim(width)
            if not claimed.messages:
                break
            sent = send.send(claimed.messages, probing=claimed.probing, keep_going=keep_going)
            self._learn(self.receiver.name, sent, probing=claimed.probing)
            report.add(sent)
            width = 1 if sent.failed else max(_WIDE, 4 * self.at_once)
        report.receiver = self.status()
        return report

    def status(self) -> str:
        """Return how the receiver does: none, well, failing or disabled."""
        if self.receiver is None:
            return _NO_RECEIVER
        with self.database.read() as connection:
            return receivers.state_of(connection, self.receiver.name).state

    def enable(self) -> bool:
        """Send again after a 410 or an outage, everything at once; False if nothing was wrong."""
        if self.receiver is None or self.status() == receivers.WELL:
            return False
        name, now = self.receiver.name, self.clock.now()
        self._make_all_due(now)
        return self.database.write(lambda c: receivers.enable(c, name, now=now))

    def replay(self, message_id: str) -> bool:
        """Send a message again under its own id, whatever became of it; False if unknown."""
        now = self.clock.now()
        return self.database.write(lambda c: outbox.replay(c, message_id, now))

    def _learn(self, name: str, sent: Sent, *, probing: bool) -> None:
        """Conclude from a batch how the receiver does."""
        now = self.clock.now()
        if probing and sent.delivered:
            self._make_all_due(now)
            if self.database.write(lambda c: receivers.recover(c, name, now=now)):
                log.info("receiver.well")
        elif sent.failed and (not sent.delivered or sent.retry_after):
            wait = pause(sent.retry_after)
            if self.database.write(
                lambda c: receivers.note_failure(
                    c, name, now=now, first_probe=FIRST_PROBE, pause=wait
                )
            ):
                log.warning("receiver.failing")

    def _make_all_due(self, now: int) -> None:
        # Before the receiver is called well: a crash in between leaves it to the next probe.
        while self.database.write(lambda c: outbox.make_due(c, now)):
            continue
