"""Statements run below the driver's cursor: libpq prepares each once a connection, and runs it.

Only for a connection that is surely ours, and that one thread uses at a time. What the driver makes
of values and of rows stays the driver's; what fails is raised as the driver would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from psycopg import Connection, RawCursor
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.types.numeric import Int8Dumper

Make: TypeAlias = Callable[[Sequence[Any]], Any]
Run: TypeAlias = Callable[[str, Sequence[Any], Make], list[Any]]
"""Runs a statement with `$1` placeholders on its values; returns its rows, each made by `Make`."""

_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


def runner(driver: Connection[Any], *, pooled: bool) -> Run:
    """Return what runs statements on a connection; through a pooler nothing is prepared."""
    if not pooled:
        return BelowCursor(driver).rows
    cursor = RawCursor(driver)
    cursor.adapters.register_dumper(int, Int8Dumper)

    def run(text: str, values: Sequence[Any], make: Make) -> list[Any]:
        return list(map(make, cursor.execute(text, values).fetchall()))

    return run


class BelowCursor:
    """What one connection has prepared so far."""

    def __init__(self, driver: Connection[Any]) -> None:
        # Integers go as one type: else every mixture of small and large ones is planned anew.
        self.adapters = AdaptersMap(driver.adapters)
        self.adapters.register_dumper(int, Int8Dumper)
        self.connection = driver
        self._pgconn: Any = driver.pgconn  # whose types know no null
        self._values = Transformer(self)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}

    def rows(self, text: str, values: Sequence[Any], make: Make) -> list[Any]:
        """Run a statement; return its rows. Raises psycopg.Error."""
        driver = self._values
        sent = driver.dump_sequence(values, [PyFormat.AUTO] * len(values))
        key = text, driver.types or ()
        name = self._names.get(key) or self._prepare(*key)
        result = self._good(self._pgconn.exec_prepared(name, sent, driver.formats))
        driver.set_pgresult(result)
        return driver.load_rows(0, result.ntuples, make)

    def _prepare(self, text: str, types: tuple[int, ...]) -> bytes:
        name = b"checkout_%d" % len(self._names)
        self._good(self._pgconn.prepare(name, text.encode(), types))
        self._names[text, types] = name
        return name

    def _good(self, result: PGresult) -> PGresult:
        if result.status not in _GOOD:
            raise error_from_result(result, self._values.encoding)
        return result
