"""Take everything along into another database: all of it arrives as it was, or nothing does."""

from __future__ import annotations

from pathlib import Path

from checkout_service.domain.errors import CopyRefused, DatabaseUnavailable
from checkout_service.domain.frozen import frozen
from checkout_service.storage import copying, trial
from checkout_service.storage.admin import figures
from checkout_service.storage.copying import Sums, Tell
from checkout_service.storage.database import Database, Transaction, make_engine
from checkout_service.storage.outage import UNMIGRATED

_PATIENCE = 10.0  # seconds for a lock that somebody else holds


@frozen
class CopyDatabase:
    database: Database
    head: str

    def copy(self, url: str, tell: Tell) -> list[Sums]:
        """Copy to an empty database at head; return its money by currency.

        Nothing else is written here meanwhile. Raises CopyRefused, DatabaseUnavailable.
        """
        engine = make_engine(url, pool_size=1)
        try:
            return self._copy(Database(engine), tell)
        finally:
            engine.dispose()

    def _copy(self, target: Database, tell: Tell) -> list[Sums]:
        if target.engine.url == self.database.engine.url:
            raise CopyRefused("that is this very database")
        self._check_schema(self.database, "this database")
        if target.is_sqlite and not Path(target.engine.url.database or "").exists():
            raise self._not_at_head("the other database", "no revision")  # asking would make it
        self._check_schema(target, "the other database")

        def with_both(here: Transaction, there: Transaction) -> list[Sums]:
            for connection in (here, there):
                copying.take_time(connection)
            trial.forget(there)
            if filled := copying.tables_with_rows(there):
                raise CopyRefused(f"the other database is not empty: {', '.join(filled)}")
            copying.hold_still(here)
            copying.copy_all(here, there, tell)
            if (sums := copying.sums(there)) != copying.sums(here):
                raise CopyRefused("the sums of money differ")
            return sums

        return self.database.write_or_give_up(
            lambda here: target.write_or_give_up(
                lambda there: with_both(here, there), seconds=_PATIENCE
            ),
            seconds=_PATIENCE,
        )

    def _check_schema(self, database: Database, which: str) -> None:
        try:
            with database.read() as connection:
                at = figures.migration(connection)
        except DatabaseUnavailable as error:
            if error.outage != UNMIGRATED:
                raise
            at = "no revision"
        if at != self.head:
            raise self._not_at_head(which, at)

    def _not_at_head(self, which: str, at: str) -> CopyRefused:
        return CopyRefused(f"{which} is at {at}, not at {self.head}: run `flask db upgrade` on it")
