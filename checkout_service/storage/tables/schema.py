"""The metadata all tables share, and the few kinds of column they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    MetaData,
    Text,
    TextClause,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def moment(name: str, *, null: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def needed(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def observed() -> tuple[Column[Any], Column[Any]]:
    """Make the columns that tell when a row's object was observed at Stripe, and by whose clock."""
    return (
        Column("seen_at", BigInteger, nullable=False, default=0),
        Column("seen_by_event", Boolean, nullable=False, default=False),
    )


def partial_index(
    name: str,
    *columns: Column[Any],
    where: str | TextClause | ColumnElement[bool],
    unique: bool = False,
) -> Index:
    """Index only the rows that a condition holds for, on both databases; others cost no index."""
    condition = text(where) if isinstance(where, str) else where
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
