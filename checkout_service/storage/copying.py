"""Carry every row of one database into another, and see that each arrived as it was.

There are no sequences to set: every key is made by us, none by the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import DataError, IntegrityError

from checkout_service.domain.errors import CopyRefused
from checkout_service.domain.frozen import frozen

from .tables import metadata, orders

_BATCH = 1_000
_REPORT_EVERY = 100_000
# One transaction reads or writes everything: its length is no fault.
_PATIENT = text(
    "SELECT set_config('statement_timeout', '0', true),"
    " set_config('idle_in_transaction_session_timeout', '0', true)"
)
_o = orders.c

Tell = Callable[[str, int], None]
"""Hears of a table's name and how many of its rows have been written."""


@frozen
class Sums:
    """The money of all orders in one currency, in minor units."""

    currency: str
    orders: int
    total: int
    paid: int
    refunded: int
    charged_back: int


def take_time(connection: Connection) -> None:
    """Let the transaction last as long as it needs."""
    if connection.dialect.name != "sqlite":
        connection.execute(_PATIENT)


def hold_still(connection: Connection) -> None:
    """Let nobody else write until the transaction ends; SQLite's has one writer anyway."""
    if connection.dialect.name != "sqlite":
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))


def tables_with_rows(connection: Connection) -> list[str]:
    return [
        table.name
        for table in metadata.sorted_tables
        if connection.execute(select(1).select_from(table).limit(1)).first()
    ]


def copy_all(source: Connection, target: Connection, tell: Tell) -> None:
    """Copy every table, those first that others point to, and read each back.

    Raises CopyRefused.
    """
    for table in metadata.sorted_tables:
        written = _Digest()
        for rows in _batches(source, table):
            _write(target, table, rows)
            written.add(rows)
            if written.rows % _REPORT_EVERY == 0:
                tell(table.name, written.rows)
        there = _Digest()
        for rows in _batches(target, table):
            there.add(rows)
        if there != written:
            raise CopyRefused(f"what was written to {table.name} is not what is read from it")
        tell(table.name, written.rows)


def sums(connection: Connection) -> list[Sums]:
    """Add up the orders of each currency."""
    added = (_o.amount_total, _o.amount_paid, _o.amount_refunded, _o.amount_charged_back)
    statement = (
        select(_o.currency, func.count(), *map(func.sum, added))
        .group_by(_o.currency)
        .order_by(_o.currency)
    )
    return [
        Sums(currency, *map(int, counted)) for currency, *counted in connection.execute(statement)
    ]


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    found = connection.execute(select(table), execution_options={"yield_per": _BATCH})
    yield from found.partitions()


def _write(target: Connection, table: Table, rows: Sequence[Any]) -> None:
    try:
        target.execute(table.insert(), [row._asdict() for row in rows])
    except (DataError, IntegrityError) as error:  # its message may carry the row
        reason = type(error.orig).__name__
        raise CopyRefused(f"a row of {table.name} does not fit there ({reason})") from None


class _Digest:
    """Tells two heaps of rows apart, whatever order they come in."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Iterable[Any]) -> None:
        for row in rows:
            digest = blake2b(repr(tuple(row)).encode("utf-8", "backslashreplace"), digest_size=16)
            self._sum += int.from_bytes(digest.digest())
            self.rows += 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Digest) and (self.rows, self._sum) == (other.rows, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it goes on changing
