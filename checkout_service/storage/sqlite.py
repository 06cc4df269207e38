"""SQLite as the product uses it: durable, transactions begun explicitly, writers in turn.

SQLite lets one connection write. Whoever waits sleeps longer and longer between tries, so that
under load the one who has waited most comes last, and in the end not at all. So the threads of a
process take turns before they take a connection, and processes try again at one pace.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from checkout_service.domain.errors import DatabaseUnavailable

from .watch import WRITES

PATIENCE = "checkout_patience"
WAITS_SECONDS = 5.0
_PACE_MS = 20
_FILE = "checkout_file"  # device and inode, in a connection's notes
GONE = "is not where its file was opened"
_BUSY_OR_LOCKED = (5, 6)  # https://www.sqlite.org/rescode.html
_PATIENT = f"PRAGMA busy_timeout={int(WAITS_SECONDS * 1000)}"

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    _PATIENT,
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten, not merely let go
)


def make_private(_dialect: Any, _record: Any, given: Any, _named: Any) -> None:
    """Make the file its owner's alone before SQLite makes it everybody's: buyers are in there.

    One that is there is not even opened: closing it would let go of the locks of this process.
    """
    if given[0].startswith(":"):  # in memory
        return
    with suppress(OSError):  # SQLite will say what is wrong
        os.close(os.open(given[0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def open_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in PRAGMAS:
        connection.execute(pragma)
    (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
    record.info[_FILE] = _file_at(path) if path else None


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction that writes, when it is this connection's turn; reads begin none."""
    options = connection.get_execution_options()
    if not options.get(WRITES, True):
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    _check_file(connection)
    until = time.monotonic() + float(options.get(PATIENCE, WAITS_SECONDS))
    driver.execute(f"PRAGMA busy_timeout={_PACE_MS}")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if time.monotonic() > until or not is_busy(error):
                    raise
            else:
                return
    finally:
        driver.execute(_PATIENT)


def _check_file(connection: Connection) -> None:
    """Refuse to write into a file that is not where it was: nobody would find it after a restart.

    Raises DatabaseUnavailable. Where another is in its place, the next connection opens that.
    """
    path = connection.engine.url.database
    opened = connection.info.get(_FILE)
    if path is None or opened is None or opened == _file_at(path):
        return
    if _file_at(path) is not None:
        connection.invalidate()
    raise DatabaseUnavailable(GONE)


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_busy(error: DBAPIError) -> bool:
    """True if somebody else has what SQLite wanted."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _BUSY_OR_LOCKED


class TurnTimeout(PoolTimeout):
    """The other threads of this process have been writing all the while."""


class Turns:
    """Lets one thread of this process write at a time, where the database has one writer."""

    def __init__(self, *, one_writer: bool) -> None:
        self._lock = threading.Lock() if one_writer else None

    @contextmanager
    def turn(self, seconds: float = WAITS_SECONDS) -> Iterator[None]:
        """Hold the turn to write. Raises TurnTimeout after so many seconds."""
        if self._lock is None:
            yield
            return
        if not self._lock.acquire(timeout=seconds):
            raise TurnTimeout
        try:
            yield
        finally:
            self._lock.release()
