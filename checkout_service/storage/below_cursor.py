"""Statements that commit by themselves, below the driver's cursor: libpq sends, waits and reads.

The cursor lets other threads run at each of a dozen steps and waits for its turn after each; here
that is one. What the driver makes of values and of rows stays the driver's, and what fails is
raised as the driver would. In a transaction, and through a pooler, the cursor it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeAlias

from psycopg import Connection, OperationalError, RawCursor
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.numeric import Int8Dumper

Make: TypeAlias = Callable[[Sequence[Any]], Any]

_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class BelowCursor:
    """Runs statements on one connection, and knows what it has prepared there."""

    def __init__(self, driver: Connection[Any], *, pooled: bool) -> None:
        self._pgconn: Any = driver.pgconn  # the driver's types know of no null among values
        self._pooled = pooled
        self._cursor = RawCursor(driver)
        # Integers go as one type: else every mixture of small and large ones is planned anew.
        self._cursor.adapters.register_dumper(int, Int8Dumper)
        self._values = Transformer(self._cursor)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        # No name comes twice: of all that were forgotten we learn one by one.
        self._number = count()

    def rows(self, text: str, values: Sequence[Any], make: Make) -> list[Any]:
        """Run a statement with `$1` placeholders; return its rows, each made by `make`.

        Raises psycopg.Error.
        """
        if self._pooled or self._pgconn.transaction_status != TransactionStatus.IDLE:
            return list(map(make, self._cursor.execute(text, values, prepare=True).fetchall()))
        try:
            return self._run(text, values, make)
        except (InvalidSqlStatementName, FeatureNotSupported):
            # After a rollback the driver forgets all, and tells the database; and what was prepared
            # is refused once a column's type is another. Nothing was done in either case.
            self._names.clear()
            return self._run(text, values, make)

    def _run(self, text: str, values: Sequence[Any], make: Make) -> list[Any]:
        driver = self._values
        sent = driver.dump_sequence(values, [PyFormat.AUTO] * len(values))
        key = text, driver.types or ()
        name = self._names.get(key) or self._prepare(*key)
        result = self._good(self._pgconn.exec_prepared(name, sent, driver.formats))
        driver.set_pgresult(result)
        return driver.load_rows(0, result.ntuples, make)

    def _prepare(self, text: str, types: tuple[int, ...]) -> bytes:
        name = b"checkout_%d" % next(self._number)
        self._good(self._pgconn.prepare(name, text.encode(), types))
        self._names[text, types] = name
        return name

    def _good(self, result: PGresult) -> PGresult:
        if result.status in _GOOD:
            return result
        said_by_the_server = result.error_field(DiagnosticField.SQLSTATE) is not None
        if self._pgconn.status == ConnStatus.BAD or not said_by_the_server:
            self._pgconn.finish()  # where writing failed, libpq calls it well until it reads again
            raise OperationalError(result.get_error_message())
        raise error_from_result(result, encoding=self._values.encoding)
