"""Clients' Idempotency-Keys: one request in, its answer kept; a dead holder's key frees itself.

The ticket's nonce outlives failures, so that a repeat after a 5xx finds the same order again. A
key whose refund has an unknown outcome answers for that one, whatever its age.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from checkout_service.domain import ids
from checkout_service.domain.clock import HOUR, SECOND, Clock
from checkout_service.domain.errors import (
    DatabaseUnavailable,
    IdempotencyInProgress,
    IdempotencyKeyReused,
)
from checkout_service.domain.frozen import frozen
from checkout_service.storage import idempotency, money_writes
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.leases import VOID_BEYOND

HOLD_FOR = 60 * SECOND
KEEP_FOR = 72 * HOUR
_PAUSES = (0.25, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 10, 15)  # seconds; by then it has freed itself


@frozen
class Ticket:
    """The right to run the request of a key; `nonce` names its order."""

    scope: str
    key: str
    nonce: str
    until: int  # then its holder counts as dead, milliseconds UTC


@frozen
class Replay:
    """The answer this key got before, with the nonce of the request that got it."""

    status: int
    body: bytes
    nonce: str


@frozen
class HoldIdempotency:
    database: Database
    clock: Clock

    def begin(self, *, scope: str, key: str, fingerprint: str) -> Ticket | Replay:
        """Claim a key, or return the answer kept under it.

        Raises IdempotencyKeyReused (another body) and IdempotencyInProgress.
        """
        return self.database.write(lambda c: self._begin(c, scope, key, fingerprint))

    def keep(self, ticket: Ticket, status: int, body: bytes) -> None:
        """Keep the answer for 72 hours."""
        self._finish(ticket, status, body)

    def free(self, ticket: Ticket) -> None:
        """Free the key: the answer was none to keep."""
        self._finish(ticket, None, None)

    def forget(self) -> int:
        """Forget keys older than 72 hours; return their number."""
        return sum(idempotency.forget_older(self.database, self.clock.now() - KEEP_FOR))

    def _finish(self, ticket: Ticket, status: int | None, body: bytes | None) -> None:
        try:
            self.database.write(
                lambda c: idempotency.finish(
                    c, ticket.scope, ticket.key, ticket.nonce, status=status, body=body
                )
            )
        except DatabaseUnavailable:
            # Whoever repeats it is not to wait for as long as for a holder that died.
            threading.Thread(target=self._free_later, args=(ticket,), daemon=True).start()
            raise

    def _free_later(self, ticket: Ticket) -> None:
        """Free a key as soon as the database answers, if this is still who holds it."""
        for pause in _PAUSES:
            self.clock.sleep(pause)
            with suppress(DatabaseUnavailable):
                self.database.write(
                    lambda c: idempotency.free(c, ticket.scope, ticket.key, ticket.until)
                )
                return

    def _begin(
        self, connection: Transaction, scope: str, key: str, fingerprint: str
    ) -> Ticket | Replay:
        now = self.clock.now()
        row = {
            "scope": scope,
            "key": key,
            "fingerprint": fingerprint,
            "nonce": ids.new_id("non"),
            "state": "running",
            "locked_until": now + HOLD_FOR,
            "created_at": now,
        }
        if idempotency.begin(connection, row):
            return Ticket(scope, key, str(row["nonce"]), now + HOLD_FOR)
        found = idempotency.find(connection, scope, key)
        if found is None:
            raise IdempotencyInProgress
        unfinished = money_writes.is_unfinished(connection, found.nonce)
        if found.created_at < now - KEEP_FOR and not unfinished:
            return self._take(connection, found, row, now, fresh=True)
        same = found.fingerprint == fingerprint
        answer = found.answer
        if answer is not None and same:
            return Replay(*answer, found.nonce)
        running = (
            found.state == "running" and now < found.locked_until <= now + HOLD_FOR + VOID_BEYOND
        )
        if not same and (answer is not None or running or unfinished):
            raise IdempotencyKeyReused
        if running:
            raise IdempotencyInProgress
        return self._take(connection, found, row, now, fresh=not same)

    def _take(
        self,
        connection: Transaction,
        found: idempotency.KeyRecord,
        row: dict[str, object],
        now: int,
        *,
        fresh: bool,
    ) -> Ticket:
        names = ("fingerprint", "nonce", "created_at") if fresh else ()
        changed = {name: row[name] for name in names}
        if not idempotency.take_over(connection, found, locked_until=now + HOLD_FOR, fresh=changed):
            raise IdempotencyInProgress
        nonce = str(changed.get("nonce", found.nonce))
        return Ticket(found.scope, found.key, nonce, now + HOLD_FOR)
