"""Check that this process can do its work: the schema is at head, and a sale can be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage.database import Database
from checkout_service.storage.trial import try_sale

_FRESH_SECONDS = 1.0


@dataclass(slots=True)
class _Last:
    """What was found last, and until when that is fresh (monotonic seconds)."""

    missing: list[str] = field(default_factory=list)
    until: float = float("-inf")
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class CheckReadiness:
    database: Database
    head: str
    clock: Clock = field(default_factory=SystemClock)
    _last: _Last = field(default_factory=_Last, init=False, repr=False)

    def check(self) -> list[str]:
        """Name what is not ready: database, migrations, writes. An empty list means ready.

        It writes, so it does so once a second at most, however many ask.
        """
        with self._last.lock:
            if self.clock.monotonic() >= self._last.until:
                self._last.missing = self._look()
                self._last.until = self.clock.monotonic() + _FRESH_SECONDS
            return list(self._last.missing)

    def _look(self) -> list[str]:
        try:
            with self.database.read() as connection:
                at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except DatabaseUnavailable as error:
            missing = "no such table" in str(error.__cause__)
            return ["migrations"] if missing else ["database"]
        except ProgrammingError:  # PostgreSQL: the table does not exist yet
            return ["migrations"]
        if at != self.head:
            return ["migrations"]
        try:
            try_sale(self.database, now=self.clock.now())
        except DatabaseUnavailable:
            return ["writes"]
        return []
