"""What was set aside because it failed again and again: listed for a person, who can retry it."""

from __future__ import annotations

import re
from collections import Counter

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.quarantine import KINDS, Quarantined
from checkout_service.storage import due_orders, inbox, money_writes
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.links import link_leftovers
from checkout_service.use_cases.settle.receive_event import ReceiveEvent

MOST = 1_000
_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)


@frozen
class Quarantine:
    database: Database
    clock: Clock
    receive_event: ReceiveEvent

    def list(self, *, limit: int = 100) -> tuple[Quarantined, ...]:
        """List what waits for a person, at most so many of each kind."""
        with self.database.read() as connection:
            return tuple(in_quarantine(connection, limit=limit))

    def count(self) -> dict[str, int]:
        """Count by kind, each up to a thousand."""
        with self.database.read() as connection:
            return counts(connection)

    def find(self, name: str) -> Quarantined:
        """Return one of them by its id. Raises NotFound if it is not in quarantine."""
        found = (item for item in self.list(limit=MOST) if item.id == name)
        item = next(found, None)
        if item is None:
            raise NotFound
        return item

    def retry(self, name: str, *, source: str) -> None:
        """Try one of them again, by its id. Raises NotFound if it is not in quarantine."""
        if not _ID.fullmatch(name):
            raise NotFound
        if name.startswith("evt_"):
            if not self.receive_event.replay(self.find(name).id, source=source):
                raise NotFound
            return
        now = self.clock.now()
        if not self.database.write(lambda c: _wake(c, name, now)):
            raise NotFound


def counts(connection: Transaction) -> dict[str, int]:
    """Count what is in quarantine by kind, each up to a thousand; 0 is told too."""
    found = Counter(item.kind for item in in_quarantine(connection, limit=MOST))
    return {kind: found[kind] for kind in KINDS}


def in_quarantine(connection: Transaction, *, limit: int) -> list[Quarantined]:
    """List at most so many of each kind."""
    found = [
        Quarantined("order", name, why or "")
        for name, why in due_orders.quarantined(connection, limit=limit)
    ]
    found += [
        Quarantined("event", name, f"{kind}: {why or ''}")
        for name, kind, why in inbox.quarantined(connection, limit=limit)
    ]
    found += [
        Quarantined("money_write", write.id, f"{write.kind}: {write.last_error or ''}")
        for write in money_writes.quarantined(connection, limit=limit)
    ]
    found += [
        Quarantined("link_session", name, why or "")
        for name, why in link_leftovers.quarantined(connection, limit=limit)
    ]
    return found


def _wake(connection: Transaction, name: str, now: int) -> bool:
    return (
        due_orders.release_from_quarantine(connection, name)
        or money_writes.wake(connection, name, now=now)
        or link_leftovers.wake(connection, name, now=now)
    )
