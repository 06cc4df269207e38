"""A statement of PostgreSQL that is asked several things at once, and answers each by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, literal_column
from sqlalchemy.dialects import postgresql

from .prepared import ForMany
from .rows import AnyRow

_PLACE = "asked_place"


class ForEach:
    """Asks for each by itself, so that each is found by key however many there are."""

    def __init__(self, one: Callable[..., Select[Any]], asked: Mapping[str, str]) -> None:
        """`one` makes the statement of the names that are `asked`, each with its type."""
        statement = one(*(literal_column(f"asked.{name}") for name in asked))
        self._names = (_PLACE, *asked)
        self._one = statement
        columns = (*self._names, *statement.selected_columns.keys())
        self._many = ForMany(self.words, ("integer", *asked.values()), columns)

    def words(self, rows: Sequence[Sequence[str]]) -> str:
        """Spell it for so many rows of placeholders, a place and what is asked in each."""
        given = ", ".join(f"({', '.join(row)})" for row in rows)
        one = self._one.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
        return (
            f"SELECT * FROM (VALUES {given}) AS asked({', '.join(self._names)}),"  # noqa: S608
            f" LATERAL ({one}) AS found"
        )

    def rows_of(self, connection: Connection, asked: Sequence[Sequence[Any]]) -> list[list[AnyRow]]:
        """Run it for at most `ForMany.MOST`; return the rows of each, in the order asked."""
        found = defaultdict[int, list[AnyRow]](list)
        for row in self._many.rows_of(connection, [(at, *one) for at, one in enumerate(asked)]):
            found[row.asked_place].append(row)
        return [found[at] for at in range(len(asked))]
