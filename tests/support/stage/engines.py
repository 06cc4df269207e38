"""The stage's database: in memory, in a file or on PostgreSQL, at head either way."""

from __future__ import annotations

import sqlite3
from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from checkout_service.storage.database import make_engine, prepare_engine
from checkout_service.storage.tables import metadata
from tests.support.processes import ROOT

MEMORY = "memory"


@cache
def head() -> str:
    """Name the newest migration."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""


def engine_for(database: str) -> Engine:
    """Open `memory`, or a URL whose schema is at head already."""
    if database != MEMORY:
        return make_engine(database)
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", lambda connection, _: connection.deserialize(_at_head()))
    return prepare_engine(engine)


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
