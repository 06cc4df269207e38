"""Walk a table by a key, a portion at a time: however large it is, a statement reads few rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import gt, le, lt
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, select

from checkout_service.domain.frozen import frozen

from .database import Database

T = TypeVar("T")

ROWS = 500  # in a portion; rows of the same moment stay together


@frozen
class Portion:
    """Rows whose key is above one value, not above another, and below the end of the walk."""

    key: Column[Any]
    after: Any = None
    until: Any = None
    below: Any = None

    @property
    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that its rows fulfil."""
        ends = ((gt, self.after), (le, self.until), (lt, self.below))
        return tuple(compares(self.key, value) for compares, value in ends if value is not None)


def portions(database: Database, key: Column[Any], *, below: Any = None) -> Iterator[Portion]:
    """Yield one portion after the other, in the order of a key that has an index.

    What is done with a portion may delete its rows: the next one begins behind it.
    """
    after = None
    while True:
        rest = Portion(key, after, below=below).rows
        last = select(key).where(*rest).order_by(key).offset(ROWS - 1).limit(1)
        with database.read() as connection:
            until = connection.execute(last).scalar()
        yield Portion(key, after, until, below)
        if until is None:
            return
        after = until


def write_each(
    database: Database,
    key: Column[Any],
    work: Callable[[Portion, Connection], T],
    *,
    below: Any = None,
) -> Iterator[T]:
    """Do the work on each portion in a transaction of its own, and yield what it returns."""
    for portion in portions(database, key, below=below):
        yield database.write(partial(work, portion))
