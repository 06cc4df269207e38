"""Clients' Idempotency-Keys: one request in, its answer kept; a dead holder's key frees itself.

The ticket's nonce outlives failures, so that a repeat after a 5xx finds the same order again. A
key whose refund has an unknown outcome answers for that one, whatever its age.
"""

from __future__ import annotations

from typing import Any

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
from checkout_service.storage.idempotency import Claim
from checkout_service.storage.leases import VOID_BEYOND

from .free_later import FreeLater

HOLD_FOR = 60 * SECOND
KEEP_FOR = 72 * HOUR
_OF_A_REQUEST = ("fingerprint", "nonce", "created_at")


@frozen
class Ticket:
    """The right to run the request of a key; `nonce` names its order."""

    claim: Claim
    nonce: str


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
    free_later: FreeLater

    def begin(self, *, scope: str, key: str, fingerprint: str) -> Ticket | Replay:
        """Claim a key, or return the answer kept under it.

        Raises IdempotencyKeyReused (another body) and IdempotencyInProgress.
        """
        now = self.clock.now()
        # One claim for all tries of the write: when the answer to its commit is lost, the next try
        # knows it for its own, and so does whoever frees it because no try was answered.
        claim = Claim(scope, key, ids.new_id("clm"), now + HOLD_FOR)
        made = False

        def begin(connection: Transaction) -> Ticket | Replay:
            nonlocal made
            held = self._begin(connection, claim, fingerprint, now)
            made = made or isinstance(held, Ticket)
            return held

        try:
            return self.database.write(begin)
        except DatabaseUnavailable:
            if made:
                self.free_later.free(claim)
            raise

    def keep(self, ticket: Ticket, status: int, body: bytes) -> None:
        """Keep the answer for 72 hours, unless somebody else has taken the key over."""
        self._finish(ticket.claim, status, body)

    def free(self, ticket: Ticket) -> None:
        """Free the key, unless somebody else has taken it over: the answer was none to keep."""
        self._finish(ticket.claim, None, None)

    def forget(self) -> int:
        """Forget keys older than 72 hours; return their number."""
        return sum(idempotency.forget_older(self.database, self.clock.now() - KEEP_FOR))

    def _finish(self, claim: Claim, status: int | None, body: bytes | None) -> None:
        try:
            self.database.write(lambda c: idempotency.finish(c, claim, status=status, body=body))
        except DatabaseUnavailable:
            self.free_later.free(claim)
            raise

    def _begin(
        self, connection: Transaction, claim: Claim, fingerprint: str, now: int
    ) -> Ticket | Replay:
        row = {
            "scope": claim.scope,
            "key": claim.key,
            "fingerprint": fingerprint,
            "nonce": ids.new_id("non"),
            "state": "running",
            "holder": claim.holder,
            "locked_until": claim.until,
            "created_at": now,
        }
        if idempotency.begin(connection, row):
            return Ticket(claim, str(row["nonce"]))
        found = idempotency.find(connection, claim.scope, claim.key)
        if found is None:
            raise IdempotencyInProgress
        if found.is_held_by(claim):
            return Ticket(claim, found.nonce)
        unfinished = money_writes.is_unfinished(connection, found.nonce)
        if found.created_at < now - KEEP_FOR and not unfinished:
            return _take(connection, found, claim, row)
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
        return _take(connection, found, claim, None if same else row)


def _take(
    connection: Transaction,
    found: idempotency.KeyRecord,
    claim: Claim,
    anew: dict[str, Any] | None,
) -> Ticket:
    """Take a key over; it names another order from now on if it serves another request."""
    fresh = {} if anew is None else {name: anew[name] for name in _OF_A_REQUEST}
    if not idempotency.take_over(connection, found, claim, fresh=fresh):
        raise IdempotencyInProgress
    return Ticket(claim, str(fresh.get("nonce", found.nonce)))
