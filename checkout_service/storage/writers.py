"""Who else is writing orders on PostgreSQL: what they read may be older than what we committed.

A statement locks its tables before it looks at them, and has no transaction id before it writes:
so the locks tell, as they do for CREATE INDEX CONCURRENTLY.
https://www.postgresql.org/docs/current/view-pg-locks.html
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_TURNS = 600
_PAUSE = text("SELECT pg_sleep(0.005)")  # the database's own time: it is the database we wait for
_WRITERS = text(
    "SELECT l.virtualtransaction FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
    "WHERE d.datname = current_database() AND l.locktype = 'relation' "
    "AND l.relation IN ('orders'::regclass, 'attempts'::regclass) "
    "AND l.mode <> 'AccessShareLock' AND l.granted AND l.pid <> pg_backend_pid()"
)


def await_writers(connection: Connection) -> None:
    """Wait until whoever was writing orders when this was called is done; three seconds at most."""
    before = _writers(connection)
    for _ in range(_TURNS):
        if not before:
            return
        connection.execute(_PAUSE)
        before &= _writers(connection)


def _writers(connection: Connection) -> set[str]:
    return set(connection.execute(_WRITERS).scalars())
