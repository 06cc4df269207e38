"""Is the connection surely ours? A transaction pooler lends us another server at every turn.

PgBouncer and its like tell a client a process number of their own making: a connection that ends
at the server's own process has nobody in between. Only there are statements prepared and settings
kept; through a pooler a write brings its bounds with its transaction, and nothing is left behind.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Connection

log = logging.getLogger(__name__)

_POOLED = "checkout_pooled"
_BOUNDS = {
    "statement_timeout": "8000",
    "lock_timeout": "4000",
    "idle_in_transaction_session_timeout": "10000",
}
# Every statement of the hot paths finds rows by key: planning each anew buys nothing.
_HABITS = _BOUNDS | {"plan_cache_mode": "force_generic_plan"}


def _values(settings: dict[str, str]) -> str:
    return ", ".join(f"('{name}', '{value}')" for name, value in settings.items())


# One statement for both questions; what the user's own `options` say is left alone.
_GREETING = f"""
SELECT pg_backend_pid(), (
  SELECT count(set_config(name, given, false))
  FROM (VALUES {_values(_HABITS)}) AS ours(name, given) JOIN pg_settings USING (name)
  WHERE source <> 'client' AND pg_backend_pid() = %s
)
"""  # noqa: S608 - built from the words above alone
_BOUND = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', true)" for name, value in _BOUNDS.items()
)


def greet(connection: Any, record: Any) -> None:
    """Find out who is at the other end of a new connection, and settle how it is used."""
    announced = connection.info.backend_pid
    connection.autocommit = True  # for good: whoever wants a transaction begins one
    process = connection.execute(_GREETING, (announced,), prepare=False).fetchone()[0]
    record.info[_POOLED] = process != announced
    if process != announced:
        connection.prepare_threshold = None  # the driver then prepares nothing, asked or not
        log.info("database.pooler", extra={"prepared_statements": False})


def is_pooled(connection: Connection) -> bool:
    return bool(connection.info.get(_POOLED))


def bound(connection: Connection) -> None:
    """Bound a transaction's statements and waits, where its connection cannot keep the bounds."""
    if is_pooled(connection):
        connection.exec_driver_sql(_BOUND)
