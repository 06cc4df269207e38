"""The gap before a migration: replicas of this edition start on the tables of the one before.

Little that they are asked for can be done yet; nothing may be taken and lost, and all is well as
soon as the tables are there, without a restart. In memory only: it costs next to nothing there.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from tests.support.processes import ROOT


def is_possible(engine: Engine) -> bool:
    return engine.url.database is None


def begin_behind(engine: Engine) -> None:
    """Give the database the tables before the last migration, and no rows."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.deserialize(_behind())


def migrate(engine: Engine) -> None:
    """Run the last migration, as the deploy does a little later."""
    with engine.begin() as connection:
        _upgrade(connection, _revisions()[-1])


@cache
def _revisions() -> list[Script]:
    return list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())[::-1]


@cache
def _behind() -> bytes:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('')")
        for revision in _revisions()[:-1]:
            _upgrade(connection, revision)
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        copy: bytes = raw.serialize()
    engine.dispose()
    return copy


def _upgrade(connection: Connection, script: Script) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        script.module.upgrade()
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (script.revision,))
