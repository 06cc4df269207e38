"""Free the keys that could not be freed, as soon as the database answers again.

Whoever repeats a request is not to wait for as long as for a holder that died. One thread does it
for all of a process: a database that comes back has enough to do.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from itertools import chain, repeat

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage import idempotency
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.idempotency import Claim

_FIRST_PAUSES, _THEN = (0.25, 0.5, 1, 1, 2), 3  # seconds
THREAD = "free-later"


class FreeLater:
    """The claims of this process that are over, and that the database does not know of."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._lock = threading.Lock()
        self._claims: tuple[Claim, ...] = ()
        self._thread: threading.Thread | None = None

    def free(self, claim: Claim) -> None:
        """Free this claim's key soon, unless somebody else has it by then."""
        with self._lock:
            self._claims += (claim,)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        for pause in chain(_FIRST_PAUSES, repeat(_THEN)):
            self._clock.sleep(pause)
            freed: tuple[Claim, ...] = ()
            with suppress(DatabaseUnavailable):
                freed = self._free(self._claims)
            if self._is_done(freed):
                return

    def _free(self, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        def free(connection: Transaction) -> None:
            for claim in claims:
                idempotency.finish(connection, claim)

        self._database.write(free)
        return claims

    def _is_done(self, freed: tuple[Claim, ...]) -> bool:
        """Forget these and what has run out, which is free already; True if none is left."""
        now = self._clock.now()
        with self._lock:
            left = (claim for claim in self._claims if claim.until > now and claim not in freed)
            self._claims = tuple(left)
            if not self._claims:
                self._thread = None  # the next claim starts another
            return not self._claims
