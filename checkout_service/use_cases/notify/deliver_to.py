"""Hand messages to one receiver: each at least once, once when nothing failed.

Rows are claimed under a lease, sent with no transaction open, marked afterwards. Whoever dies in
between loses the lease, and another sends the message again under the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import FIRST_PROBE, Receiver, pause
from checkout_service.storage import boxes, kept_messages, outbox, receivers
from checkout_service.storage.boxes import Box
from checkout_service.storage.database import Database
from checkout_service.storage.outbox import Message

from .claim import Claim, ClaimMessages
from .mark import Sent
from .pace import Pace
from .register import Register
from .send import Send
from .share_messages import ShareMessages
from .wanted import Wanted

log = logging.getLogger(__name__)

_WIDE = 32  # at least: what one pass claims keeps every sender busy
NO_RECEIVER = "none"


@dataclass(slots=True)
class DeliverReport:
    """What a pass did; `receiver` is how it does at the end: none, well, failing, disabled."""

    receiver: str = NO_RECEIVER
    delivered: int = 0
    failed: int = 0
    dead: int = 0

    def add(self, sent: Sent | DeliverReport) -> None:
        self.delivered += sent.delivered
        self.failed += sent.failed
        self.dead += sent.dead


@frozen
class DeliverTo:
    database: Database
    receiver: Receiver
    clock: Clock
    real_clock: Clock  # for leases
    owner: str
    at_once: int
    at_most: int  # while it answers as fast as ever
    kinds: frozenset[str] | None  # those to send; None: all
    register: Register

    def deliver(self, keep_going: Callable[[], bool]) -> DeliverReport:
        """Send what this receiver may be sent now.

        Any number of workers may do so at once. Raises DatabaseUnavailable.
        """
        began = self.register.once()
        report, name = DeliverReport(), self.receiver.name
        with self.database.read() as connection:
            known = receivers.registered(connection)
            is_owed = boxes.is_anything_waiting(connection, boxes.own(name))
        since = known.get(name)
        if since is not None and len(known) > 1:
            ShareMessages(self.database, self.clock, self.real_clock).share(
                Wanted(began, self.kinds)
            )
            self._empty(boxes.own(name), Wanted(began, None), report, keep_going)
        elif since is not None:
            if is_owed:  # there were several until lately
                self._empty(boxes.own(name), Wanted(began, None), report, keep_going)
            wanted = Wanted(began, self.kinds, since)
            self._empty(boxes.whole(name), wanted, report, keep_going)
        return report

    def _empty(
        self, box: Box, wanted: Wanted, report: DeliverReport, keep_going: Callable[[], bool]
    ) -> None:
        name = self.receiver.name
        claim = ClaimMessages(self.database, self.clock, self.real_clock, name, self.owner, box)
        pace = Pace(self.at_once, self.at_most)
        send = Send(self.database, self.receiver, self.clock, self.owner, box, pace, keep_going)

        def wanted_of(claimed: list[Message]) -> list[Message]:
            taken = [m for m in claimed if wanted.takes(m.kind, m.created_at, m.request)]
            self._keep([m.id for m in claimed if m not in taken])
            return taken

        def more() -> list[Message]:
            while claimed := claim.more(max(_WIDE, 4 * pace.at_once)):
                if taken := wanted_of(claimed):
                    return taken
            return []

        is_well = False  # the first goes alone: a receiver that is down costs one message
        while keep_going():
            claimed = claim.claim(1) if not is_well else Claim(more())
            if not claimed.messages:
                break
            if is_well:
                sent = send.stream(claimed.messages, more=more)
            else:
                taken = wanted_of(claimed.messages)
                sent = send.alone(taken, probing=claimed.probing)
            self._learn(box, sent, probing=claimed.probing)
            report.add(sent)
            is_well = not sent.failed

    def _keep(self, message_ids: list[str]) -> None:
        if message_ids:
            self.database.write(lambda c: kept_messages.keep(c, message_ids, self.owner))

    def status(self) -> str:
        """Return how the receiver does: well, failing or disabled."""
        with self.database.read() as connection:
            return receivers.state_of(connection, self.receiver.name).state

    def enable(self) -> bool:
        """Send again after a 410 or an outage, everything at once; False if nothing was wrong."""
        if self.status() == receivers.WELL:
            return False
        name, now = self.receiver.name, self.clock.now()
        for box in (boxes.own(name), boxes.whole(name)):
            self._make_all_due(box, now)
        return self.database.write(lambda c: receivers.enable(c, name, now=now))

    def _learn(self, box: Box, sent: Sent, *, probing: bool) -> None:
        """Conclude from a batch how the receiver does."""
        name, now = self.receiver.name, self.clock.now()
        if probing and sent.delivered:
            self._make_all_due(box, now)
            if self.database.write(lambda c: receivers.recover(c, name, now=now)):
                log.info("receiver.well", extra={"receiver": self.receiver.place})
        elif sent.failed and (not sent.delivered or sent.retry_after):
            wait = pause(sent.retry_after)
            if self.database.write(
                lambda c: receivers.note_failure(
                    c, name, now=now, first_probe=FIRST_PROBE, pause=wait
                )
            ):
                log.warning("receiver.failing", extra={"receiver": self.receiver.place})

    def _make_all_due(self, box: Box, now: int) -> None:
        # Before the receiver is called well: a crash in between leaves it to the next probe.
        while self.database.write(lambda c: outbox.make_due(c, box, now)):
            continue
