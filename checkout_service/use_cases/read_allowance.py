"""The ceiling on reads of Stripe by all processes together; buyers who wait go first."""

from __future__ import annotations

import time
from dataclasses import dataclass

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import ReadsSpent
from checkout_service.storage.database import Database
from checkout_service.storage.read_budget import take_read

_URGENT_WAITS_MS = 300
_PATIENT_WAITS_MS = 30 * SECOND


@dataclass(frozen=True, slots=True)
class ReadAllowance:
    database: Database
    clock: Clock  # real time: Stripe's limits know nothing of drills
    per_second: int

    def take(self, urgent: bool) -> None:  # noqa: FBT001 - the gateway's callback shape
        """Take one read, waiting a little if need be. Raises ReadsSpent."""
        patience = _URGENT_WAITS_MS if urgent else _PATIENT_WAITS_MS
        until = self.clock.now() + patience
        while True:
            now = self.clock.now()
            wait = self.database.write(
                lambda c, now=now: take_read(  # type: ignore[misc]
                    c, now=now, per_second=self.per_second, urgent=urgent
                )
            )
            if wait == 0:
                return
            if now + wait > until:
                raise ReadsSpent(wait)
            time.sleep(wait / SECOND)
