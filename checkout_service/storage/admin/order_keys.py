"""Find orders by the beginning of a name, or by an amount: each has its index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    bindparam,
    select,
    true,
)

from checkout_service.domain.money import THREE_DECIMAL, ZERO_DECIMAL
from checkout_service.storage.name_keys import AFTER_ALL, key_of
from checkout_service.storage.said import said
from checkout_service.storage.tables import attempts, orders
from checkout_service.storage.tables.orders import OTHERWISE_PAID

_o, _a = orders.c, attempts.c
_AMOUNT = re.compile(r"\D{0,4}?([0-9]{1,12})(?:[.,]([0-9]{1,3}))?\D{0,4}", re.ASCII)


def _said(currencies: frozenset[str]) -> BindParameter[list[str]]:
    return bindparam(None, sorted(currencies), expanding=True, literal_execute=True)


_COUNTED_IN = {
    0: _o.currency.in_(_said(ZERO_DECIMAL)),
    2: _o.currency.not_in(_said(ZERO_DECIMAL | THREE_DECIMAL)),
    3: _o.currency.in_(_said(THREE_DECIMAL)),
}
"""Which currencies have so many decimals."""


def by_amount(connection: Connection, words: str, *, limit: int) -> list[str]:
    """Name the newest orders of this total, or that this was paid for, in whatever currency."""
    match = _AMOUNT.fullmatch(words)
    if match is None:
        return []
    major = Decimal(f"{match[1]}.{match[2] or 0}")
    found: list[str] = []
    for amount, condition in _amounts(major):
        newest = amount.desc(), _o.created_at.desc(), _o.id.desc()
        asked = select(_o.id).where(condition).order_by(*newest)
        few = asked.limit(said(limit))
        found += connection.execute(few).scalars()
    return found


def _amounts(major: Decimal) -> Iterator[tuple[Column[int], ColumnElement[bool]]]:
    """Ask for an amount as a range: the order by it is then its index's, and nobody else's.

    PostgreSQL plans for whatever value may come; what it is to know stands in the statement itself.
    """
    for digits, currencies in _COUNTED_IN.items():
        minor = major.scaleb(digits)
        if minor % 1 == 0:
            exactly = said(int(minor))
            for amount, where in ((_o.amount_total, true()), (_o.amount_paid, OTHERWISE_PAID)):
                yield amount, amount.between(exactly, exactly) & where & currencies


def by_name(connection: Connection, words: str, *, limit: int) -> list[str]:
    """Name the newest orders whose buyer's name, or last name, begins so."""
    beginning = key_of(words)
    if not beginning:
        return []
    found: list[str] = []
    for column in (_a.buyer_name, _a.buyer_surname):
        called = select(_a.order_id).where(_begins(connection, column, beginning))
        newest = called.order_by(_a.created_at.desc()).limit(limit)
        found += connection.execute(newest).scalars()
    return found


def _begins(connection: Connection, column: Column[str], words: str) -> ColumnElement[bool]:
    """Compare byte by byte, whatever language PostgreSQL sorts in."""
    pattern = connection.dialect.name == "postgresql"
    least, below = ("~>=~", "~<~") if pattern else (">=", "<")
    return column.op(least, is_comparison=True)(words) & column.op(below, is_comparison=True)(
        words + AFTER_ALL
    )
