"""Check that this process can do its work: the schema is at head, and a sale can be written."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.domain.frozen import frozen
from checkout_service.storage.admin import figures
from checkout_service.storage.database import Database
from checkout_service.storage.outage import UNMIGRATED
from checkout_service.storage.trial import try_sale

DATABASE = "database"
_WAIT = 3.0  # seconds: a database that takes longer for one row serves nobody
_FRESH = 1.0  # seconds: whoever asks faster than that makes no more writes


@frozen
class _Answer:
    missing: tuple[str, ...]
    at: float


@dataclass(slots=True)
class CheckReadiness:
    """Asks in a thread of its own, one at a time: an answer comes whatever the database does."""

    database: Database
    head: str
    clock: Clock = field(default_factory=SystemClock)
    reason: str = field(default="", init=False)  # the database's own words, for doctor alone
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asking: Future[_Answer] | None = None
    _until: float = 0.0

    def check(self) -> list[str]:
        """Name what is not ready, at most a second old; an empty list means ready."""
        asking, until = self._ask()
        try:
            return list(asking.result(max(0.0, until - self.clock.monotonic())).missing)
        except TimeoutError:
            return [f"{DATABASE} does not answer"]

    def _ask(self) -> tuple[Future[_Answer], float]:
        """Return the asking that is under way, and until when it is waited for."""
        with self._lock:
            asking = self._asking
            stale = asking is None or (
                asking.done() and self.clock.monotonic() - asking.result().at > _FRESH
            )
            if asking is None or stale:
                asking = self._asking = Future()
                self._until = self.clock.monotonic() + _WAIT
                threading.Thread(target=self._answer, args=(asking,), daemon=True).start()
            return asking, self._until

    def _answer(self, asking: Future[_Answer]) -> None:
        missing = ["unknown"]
        try:
            # Twice: a connection that died since its last use is replaced by the first.
            missing = self._look() and self._look()
        finally:
            asking.set_result(_Answer(tuple(missing), self.clock.monotonic()))

    def _look(self) -> list[str]:
        self.reason = ""
        try:
            with self.database.read() as connection:
                at = figures.migration(connection)
            if at != self.head:
                return ["migrations"]
            try_sale(self.database, now=self.clock.now())
        except DatabaseUnavailable as error:
            self.reason = error.reason
            lacking = error.outage == UNMIGRATED
            return ["migrations"] if lacking else [f"{DATABASE} {error.outage}"]
        return []
