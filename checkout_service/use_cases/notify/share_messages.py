"""Make a delivery to each receiver of every message that is to be sent, where there are several.

It is done by those who send, when they next look: whoever writes a message writes one row.
"""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.storage import kept_messages, sharing
from checkout_service.storage.database import Database, Transaction

from .wanted import Wanted


@frozen
class ShareMessages:
    database: Database
    clock: Clock
    real_clock: Clock  # for leases: what is being sent is left to whoever sends it

    def share(self, wanted: Wanted) -> None:
        """Share all that is to be sent. Most passes find nothing and write nothing."""
        with self.database.read() as connection:
            more = sharing.is_any_whole(connection, real_now=self.real_clock.now())
        while more:
            more = self.database.write(lambda c: self._some(c, wanted))

    def _some(self, connection: Transaction, wanted: Wanted) -> bool:
        found = sharing.next_whole(connection, real_now=self.real_clock.now())
        taken = [m for m in found if wanted.takes(m.kind, m.created_at, m.request)]
        kept_messages.set_aside(connection, [m.id for m in found if m not in taken])
        sharing.share(connection, taken, now=self.clock.now())
        return bool(found)
