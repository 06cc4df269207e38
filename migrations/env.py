"""Run migrations: one transaction, one migrator at a time, on the app's own engine."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage.outage import FAILURES, outage_of, reason_of
from checkout_service.storage.tables import metadata

# Any fixed number will do: it names this schema's lock on a PostgreSQL server.
_LOCK = 0x0C4EC0

_SETTINGS = {
    "target_metadata": metadata,
    "render_as_batch": False,
    "compare_type": True,
    "transactional_ddl": True,  # SQLite can, once its driver does not begin on its own
}


def migrate_offline() -> None:
    """Print the SQL instead of running it (`flask db upgrade --sql`)."""
    url = current_app.config["SQLALCHEMY_DATABASE_URI"]
    context.configure(url=url, literal_binds=True, **_SETTINGS)
    with context.begin_transaction():
        context.run_migrations()


def migrate_online() -> None:
    """Bring the database to the wanted revision; a second migrator waits, then finds it done."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SET LOCAL statement_timeout = '15min'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.configure(connection=connection, **_SETTINGS)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    try:
        migrate_online()
    except FAILURES as error:
        if (outage := outage_of(error)) is None:
            raise
        raise DatabaseUnavailable(outage, reason_of(error)) from error
