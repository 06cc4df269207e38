"""What was set aside because it failed again and again: listed for a person, who can retry it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.storage import due_orders, inbox, link_leftovers, money_writes
from checkout_service.storage.database import Database

from .receive_event import ReceiveEvent

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One thing in quarantine: an order, event, money write or link session, and why."""

    kind: str
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    database: Database
    clock: Clock
    receive_event: ReceiveEvent

    def list(self, *, limit: int = 100) -> tuple[Quarantined, ...]:
        """List what waits for a person, at most so many of each kind."""
        with self.database.read() as connection:
            return tuple(_all(connection, limit))

    def count(self) -> dict[str, int]:
        """Count by kind, each up to a thousand."""
        return dict(Counter(item.kind for item in self.list(limit=MOST)))

    def retry(self, name: str, *, source: str) -> None:
        """Try one of them again, by its id. Raises NotFound if it is not in quarantine."""
        if name.startswith("evt_"):
            known = any(item.id == name for item in self.list(limit=MOST))
            if not known or not self.receive_event.replay(name, source=source):
                raise NotFound
            return
        now = self.clock.now()
        if not self.database.write(lambda c: _wake(c, name, now)):
            raise NotFound


def _all(connection: Connection, limit: int) -> list[Quarantined]:
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


def _wake(connection: Connection, name: str, now: int) -> bool:
    return (
        due_orders.release_from_quarantine(connection, name)
        or money_writes.wake(connection, name, now=now)
        or link_leftovers.wake(connection, name, now=now)
    )
