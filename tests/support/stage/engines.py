"""The stage's database: in memory, in a file or on PostgreSQL, at head either way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from checkout_service.storage.database import make_engine, prepare_engine
from checkout_service.storage.tables import metadata
from tests.support.processes import ROOT

MEMORY = "memory"


@cache
def head() -> str:
    """Name the newest migration."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""


@contextmanager
def borrowed_engine(database: str | Engine) -> Iterator[Engine]:
    """Lend an engine on `memory`, on a URL at head, or the caller's own, emptied."""
    if isinstance(database, Engine):
        _empty(database)
        yield database
        return
    if database != MEMORY:
        engine = make_engine(database)
        yield engine
        engine.dispose()
        return
    # An engine knows the statements it has compiled: a new one would learn them all anew.
    engine = _rested.pop() if _rested else _in_memory()
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.deserialize(_at_head())
    try:
        yield engine
    finally:
        _rested.append(engine)


_rested: list[Engine] = []


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


def _in_memory() -> Engine:
    return prepare_engine(
        create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    )


@cache
def _at_head() -> bytes:
    """Make the schema once; a copy of it costs next to nothing."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (head(),))
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
    copy: bytes = raw.serialize()
    engine.dispose()
    return copy
