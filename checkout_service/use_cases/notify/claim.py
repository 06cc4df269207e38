"""Choose what may be sent now: all that is due while the receiver is well, else one probe.

One refused message says little about a receiver: as long as there is only one, another may go
and see at once. After the second, or when nobody answers at all, it is one a minute.
"""

from __future__ import annotations

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import LONGEST_PAUSE, PROBE_EVERY, may_be_the_message
from checkout_service.storage import outbox, receivers
from checkout_service.storage.boxes import Box
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.outbox import Lease, Message

# Longer than a send that begins late and is answered late (line.py), and no longer: a dead
# worker's messages wait it out.
LEASE = 20 * SECOND


@frozen
class Claim:
    """Messages under our lease; `probing` says that the receiver is failing."""

    messages: list[Message]
    probing: bool = False


_NOTHING = Claim([])


@frozen
class ClaimMessages:
    database: Database
    clock: Clock
    real_clock: Clock
    receiver_name: str
    owner: str
    box: Box

    def claim(self, width: int) -> Claim:
        """Claim at most `width` messages. Most passes find nothing and write nothing."""
        now = self.clock.now()
        with self.database.read() as connection:
            receiver = receivers.state_of(connection, self.receiver_name)
            if receiver.state == receivers.DISABLED:
                return _NOTHING
            if receiver.state == receivers.FAILING:
                probe = receivers.is_probe_due(receiver, now=now, longest=LONGEST_PAUSE)
                if not probe and not self._may_be_one_message(connection):
                    return _NOTHING
            elif not outbox.is_any_due(connection, self.box, now):
                return _NOTHING
        if receiver.state == receivers.WELL:
            return Claim(self.database.write(lambda c: self._due(c, now, width)))
        take = self._probe if probe else self._newcomer
        return Claim(self.database.write(lambda c: take(c, now)), probing=True)

    def more(self, width: int) -> list[Message]:
        """Claim at most `width` more for a receiver that is well."""
        now = self.clock.now()
        with self.database.read() as connection:
            receiver = receivers.state_of(connection, self.receiver_name)
            if receiver.state != receivers.WELL or not outbox.is_any_due(connection, self.box, now):
                return []
        return self.database.write(lambda c: self._due(c, now, width))

    def _due(self, connection: Transaction, now: int, limit: int) -> list[Message]:
        return outbox.claim(connection, self.box, self._lease(), now=now, limit=limit)

    def _newcomer(self, connection: Transaction, now: int) -> list[Message]:
        return outbox.claim(connection, self.box, self._lease(), now=now, limit=1, untried=True)

    def _probe(self, connection: Transaction, now: int) -> list[Message]:
        name = self.receiver_name
        if not receivers.take_probe(
            connection, name, now=now, every=PROBE_EVERY, longest=LONGEST_PAUSE
        ):
            return []
        found = self._due(connection, now, 1) or outbox.claim_ahead(
            connection, self.box, self._lease(), now=now
        )
        if not found:  # nothing waits: the next message finds out by itself
            receivers.recover(connection, name, now=now)
        return found

    def _lease(self) -> Lease:
        real = self.real_clock.now()
        return Lease(self.owner, real, real + LEASE)

    def _may_be_one_message(self, connection: Transaction) -> bool:
        failures = outbox.failures(connection, self.box, limit=2)
        return len(failures) < 2 and all(map(may_be_the_message, failures))  # noqa: PLR2004
