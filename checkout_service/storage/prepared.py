"""Statements of the hot paths, handed to PostgreSQL's driver as text made once.

SQLAlchemy's own execute costs several times what these statements cost. It still lends the
connection, and still names every failure: callers see its errors and its rows' names.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Executable, Select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from .rows import AnyRow
from .watch import WATCH, Watch, Write, unwatched

_PING = text("SELECT 1")
_CURSOR = "checkout_direct_cursor"
# The database's own placeholders ($1): the driver need not look for others at every call.
_AS_SENT = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Prepared:
    """One statement, in the words of each database; every value in it is a named parameter."""

    def __init__(self, by_dialect: Mapping[str, Executable], *, writes: bool = False) -> None:
        self._by_dialect = by_dialect
        self._writes = writes
        self._text = ""
        self._names: tuple[str, ...] = ()
        self._row: Callable[..., AnyRow] = tuple

    def rows(self, connection: Connection, parameters: dict[str, Any]) -> list[AnyRow]:
        """Run it and give all rows, their columns by name. Raises what SQLAlchemy would."""
        dialect = connection.dialect
        statement = self._by_dialect[dialect.name]
        if dialect.name != "postgresql":
            return list(connection.execute(statement, parameters))
        if not self._text:
            self._prepare(statement)
        watch = self._who_watches(connection)
        watch(Write.COMMITS)
        driver: Any = connection.connection.driver_connection
        dbapi: Any = dialect.loaded_dbapi
        try:
            cursor = connection.info.get(_CURSOR) or _keep_cursor(connection)
            values = [parameters[name] for name in self._names]
            rows = cursor.execute(self._text, values, prepare=True).fetchall()
        except dbapi.Error as error:
            if driver.closed:
                connection.execute(_PING)  # SQLAlchemy notices, empties its pool and raises
            raise DBAPIError.instance(
                self._text, None, error, dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error
        watch(Write.COMMITTED)
        return list(map(self._row, rows))

    def _who_watches(self, connection: Connection) -> Watch:
        """Find who is told of what this statement commits by itself: nobody, in a transaction."""
        if not self._writes:
            return unwatched
        watch: Watch = connection.get_execution_options().get(WATCH, unwatched)
        return watch

    def _prepare(self, statement: Any) -> None:
        if isinstance(statement, Select):
            names = statement.selected_columns.keys()
            row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
            self._row = row._make
        compiled = statement.compile(dialect=_AS_SENT)
        self._names = tuple(compiled.positiontup)
        self._text = str(compiled)  # last: other threads go by it


def _keep_cursor(connection: Connection) -> Any:
    """Make the cursor that stays with its connection: it learns each type only once.

    Integers go as one type: else every mixture of small and large ones is planned anew.
    """
    dbapi: Any = connection.dialect.loaded_dbapi
    cursor = dbapi.RawCursor(connection.connection.driver_connection)
    cursor.adapters.register_dumper(int, dbapi.types.numeric.Int8Dumper)
    connection.info[_CURSOR] = cursor
    return cursor


def given(column: Column[Any], prefix: str = "") -> str:
    """Spell a column's parameter with its type, where PostgreSQL cannot tell it by itself."""
    return f"CAST(:{prefix}{column.name} AS {type_of(column)})"


def type_of(column: Column[Any]) -> str:
    """Spell a column's type as PostgreSQL does."""
    return column.type.compile(_AS_SENT)


def one_for_all(statement: Select[Any]) -> Prepared:
    """Make a statement that is the same for every database."""
    return Prepared({"sqlite": statement, "postgresql": statement})
