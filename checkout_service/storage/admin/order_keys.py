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
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_AMONG_SIGNS = re.compile(
    rf"\D{{0,4}}?([0-9](?:[0-9.,'\u2019{_SPACES}]*[0-9])?)\D{{0,4}}", re.ASCII
)
_PLAIN = re.compile(r"(?P<whole>[0-9]{1,12})(?:[.,](?P<part>[0-9]{1,3}))?", re.ASCII)
_IN_THOUSANDS = re.compile(
    rf"(?P<whole>[0-9]{{1,3}}(?P<by>[.,'\u2019{_SPACES}])[0-9]{{3}}(?:(?P=by)[0-9]{{3}}){{0,2}})"
    r"(?:(?!(?P=by))[.,](?P<part>[0-9]{1,3}))?",
    re.ASCII,
)
_THOUSANDTHS = 3  # decimals that only a currency has which is counted in them


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
    found: list[str] = []
    for whole, part in _readings(words):
        for amount, condition in _amounts(whole, part):
            newest = amount.desc(), _o.created_at.desc(), _o.id.desc()
            asked = select(_o.id).where(condition).order_by(*newest)
            few = asked.limit(said(limit))
            found += connection.execute(few).scalars()
    return found


def _readings(words: str) -> Iterator[tuple[str, str]]:
    """Read whole and part of an amount: 4,300 may be thousands, or thousandths of a dinar."""
    number = _AMONG_SIGNS.fullmatch(words)
    for form in (_PLAIN, _IN_THOUSANDS):
        if number is not None and (match := form.fullmatch(number[1])):
            yield "".join(filter(str.isdigit, match["whole"])), match["part"] or ""


def _amounts(whole: str, part: str) -> Iterator[tuple[Column[int], ColumnElement[bool]]]:
    """Ask for an amount as a range: the order by it is then its index's, and nobody else's.

    PostgreSQL plans for whatever value may come; what it is to know stands in the statement itself.
    """
    major = Decimal(f"{whole}.{part or 0}")
    for digits, currencies in _COUNTED_IN.items():
        minor = major.scaleb(digits)
        if minor % 1 == 0 and digits >= (len(part) if len(part) == _THOUSANDTHS else 0):
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
