"""Orders read for those who ask how they stand: who asks while others do shares their statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from checkout_service.domain.errors import DatabaseUnavailable, NotFound
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.read_to_tell import NAMED, Named, Told, read_to_tell
from checkout_service.storage.prepared import ForMany

from .gathering import Gathering


class ReadTogether:
    """What is read began to be read after it was asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathered = {
            named: Gathering(
                partial(self._read, named), most=ForMany.MOST, common=DatabaseUnavailable
            )
            for named in NAMED
        }

    def read(self, named: Named, name: str) -> Told:
        """Read an order by one of its names. Raises NotFound, DatabaseUnavailable."""
        found = self._gathered[named].do(name, key=object()) or self._read(named, [name])[0]
        if found[0] is None:
            raise NotFound
        return found[0]

    def _read(self, named: Named, names: Sequence[str]) -> list[tuple[Told | None]]:
        with self._database.read() as connection:
            return [(told,) for told in read_to_tell(connection, named, names)]
