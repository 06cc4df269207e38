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
from checkout_service.domain.ports.notify import ASKED, FIRST_PROBE, UNHEARD, Receiver, pause
from checkout_service.storage import bell, bookmarks, kept_messages, outbox, receivers
from checkout_service.storage.database import Database
from checkout_service.storage.outbox import Message

from .claim import ClaimMessages
from .send import AT_ONCE, SendBatch, Sent

log = logging.getLogger(__name__)

_WIDE = 32  # at least: what one pass claims keeps every sender busy
_NO_RECEIVER = "none"
_BEGAN = "notifying"  # when there was first somebody to tell


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
    kinds: frozenset[str] | None = None  # those to send; all

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
        began = self._began()
        width = 1  # the first goes alone: a receiver that is down costs one message
        while keep_going():
            claimed = claim.claim(width)
            if not claimed.messages:
                break
            wanted = [message for message in claimed.messages if self._wants(message, began)]
            self._keep([m.id for m in claimed.messages if m not in wanted])
            sent = send.send(wanted, probing=claimed.probing, keep_going=keep_going)
            self._learn(self.receiver.name, sent, probing=claimed.probing)
            report.add(sent)
            width = 1 if sent.failed else max(_WIDE, 4 * self.at_once)
        report.receiver = self.status()
        return report

    def listen(self, heard: Callable[[], None], keep_going: Callable[[], bool]) -> None:
        """Call `heard` when somebody wrote a message, until told; not all databases can tell."""
        if self.receiver is not None:
            bell.listen(self.database.engine, heard, keep_going)

    def ask_for(self, since: int) -> int:
        """Make due what was kept since a time (milliseconds UTC); return how many."""
        now, asked = self.clock.now(), 0
        while some := self.database.write(
            lambda c: kept_messages.ask_for(c, since=since, kinds=self.kinds, now=now)
        ):
            asked += some
        return asked

    def _began(self) -> int:
        """Return since when somebody wants messages: what is older was meant for nobody."""
        with self.database.read() as connection:
            known = bookmarks.position(connection, _BEGAN)
        if known is not None:
            return known
        now = self.clock.now()
        return self.database.write(lambda c: bookmarks.begin(c, _BEGAN, now))

    def _wants(self, message: Message, began: int) -> bool:
        if message.request == ASKED:
            return True
        too_old = message.request == UNHEARD and message.created_at < began
        return not too_old and (self.kinds is None or message.kind in self.kinds)

    def _keep(self, message_ids: list[str]) -> None:
        if message_ids:
            self.database.write(lambda c: kept_messages.keep(c, message_ids, self.owner))

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
