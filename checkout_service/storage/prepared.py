"""Statements of the hot paths, handed to PostgreSQL's driver as text made once.

SQLAlchemy's own execute costs several times what these statements cost. It still lends the
connection, and still names every failure: callers see its errors and its rows' names.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, count
from typing import Any

from sqlalchemy import Column, Connection, Executable, Select, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from .pooler import is_pooled
from .rows import AnyRow
from .watch import WATCH, Watch, Write, unwatched

_PING = text("SELECT 1")
_BELOW = "checkout_below_cursor"
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
        statement = self._by_dialect[connection.dialect.name]
        if connection.dialect.name != "postgresql":
            return list(connection.execute(statement, parameters))
        if not self._text:
            self._prepare(statement)
        return self._run(connection, [parameters[name] for name in self._names])

    def _run(self, connection: Connection, values: Sequence[Any]) -> list[AnyRow]:
        watch = self._who_watches(connection)
        watch(Write.COMMITS)
        driver: Any = connection.connection.driver_connection
        dbapi: Any = connection.dialect.loaded_dbapi
        try:
            below = connection.info.get(_BELOW) or _keep_below(connection)
            rows: list[AnyRow] = below.rows(self._text, values, self._row)
        except dbapi.Error as error:
            if driver.closed:
                connection.execute(_PING)  # SQLAlchemy notices, empties its pool and raises
            raise DBAPIError.instance(
                self._text,
                None,
                error,
                dbapi.Error,
                hide_parameters=True,
                dialect=connection.dialect,
            ) from error
        watch(Write.COMMITTED)
        return rows

    def _who_watches(self, connection: Connection) -> Watch:
        """Find who is told of what this statement commits by itself: nobody, in a transaction."""
        if not self._writes:
            return unwatched
        watch: Watch = connection.get_execution_options().get(WATCH, unwatched)
        return watch

    def _prepare(self, statement: Any) -> None:
        if isinstance(statement, Select):
            self._row = _row_of(statement.selected_columns.keys())
        compiled = statement.compile(dialect=_AS_SENT)
        self._names = tuple(compiled.positiontup)
        self._text = str(compiled)  # last: other threads go by it


class Numbered(Prepared):
    """A statement in PostgreSQL's own words, that numbers its values and says what they are."""

    def __init__(self, words: str, columns: Iterable[str], *, writes: bool) -> None:
        super().__init__({}, writes=writes)
        self._text = words
        self._row = _row_of(columns)

    def rows_of(self, connection: Connection, values: Iterable[Any]) -> list[AnyRow]:
        """Run it with these values.

        They go as text of no type: else each mixture of values and nulls is planned anew.
        """
        return self._run(connection, [_untyped(value) for value in values])


class ForMany:
    """A statement for PostgreSQL that takes several rows of values, a few sizes of it prepared."""

    MOST = 16
    _SIZES = (1, 2, 4, 8, MOST)

    def __init__(
        self,
        words: Callable[[Sequence[Sequence[str]]], str],
        types: Sequence[str],
        columns: Iterable[str],
        *,
        writes: bool = False,
    ) -> None:
        """`words` spells it with these placeholders, a row each; a row of nulls must do nothing."""
        self._nothing = (None,) * len(types)
        self._made = cache(
            lambda size: Numbered(words(_placeholders(types, size)), columns, writes=writes)
        )

    def rows_of(self, connection: Connection, given: Sequence[Sequence[Any]]) -> list[AnyRow]:
        """Run it with these rows of values, at most MOST."""
        size = next(size for size in self._SIZES if size >= len(given))
        rows = (*given, *(self._nothing for _ in range(size - len(given))))
        return self._made(size).rows_of(connection, chain.from_iterable(rows))


def _placeholders(types: Sequence[str], size: int) -> list[list[str]]:
    number = count(1)
    return [[f"CAST(${next(number)} AS {kind})" for kind in types] for _ in range(size)]


def _untyped(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bytes) else str(value)


def _row_of(columns: Iterable[str]) -> Callable[..., AnyRow]:
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]  # noqa: PYI024
    make: Callable[..., AnyRow] = row._make
    return make


def _keep_below(connection: Connection) -> Any:
    """Make what runs statements on this connection, and stays with it: it learns each only once."""
    from .below_cursor import BelowCursor  # noqa: PLC0415 - SQLite does without this driver

    driver: Any = connection.connection.driver_connection
    below = connection.info[_BELOW] = BelowCursor(driver, pooled=is_pooled(connection))
    return below


def type_of(column: Column[Any]) -> str:
    """Spell a column's type as PostgreSQL does."""
    return column.type.compile(_AS_SENT)


def types_of(table: Table, prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Spell the types of these columns, by their names with a prefix."""
    columns: Any = table.c
    return {prefix + name: type_of(columns[name]) for name in names}


def one_for_all(statement: Select[Any]) -> Prepared:
    """Make a statement that is the same for every database."""
    return Prepared({"sqlite": statement, "postgresql": statement})
