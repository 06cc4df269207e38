"""Wake those who send when there is something to send: PostgreSQL's NOTIFY and LISTEN.

A NOTIFY in the writer's own transaction lets commits pass one by one: sixteen at once made 180 a
second in place of 1,600. So it is sent by a thread of its own afterwards, and whoever wrote goes
on. Lost or late, nothing is missed: senders look on their interval besides.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection, Engine, text

from .outage import FAILURES
from .pooler import is_pooled
from .watch import WRITES

log = logging.getLogger(__name__)

_OWES = "checkout_owes_messages"
_LISTEN = "LISTEN checkout_messages"
# Nothing is lost with it, so nobody waits for the disk.
_RING = text(
    "SELECT set_config('synchronous_commit', 'off', true), pg_notify('checkout_messages', '')"
)
_GAP_SECONDS = 0.05
_LOOK_UP_SECONDS = 1.0
_AGAIN_SECONDS = 5.0


def note_message(connection: Connection) -> None:
    """Remember that this connection wrote a message, until its commit."""
    connection.info[_OWES] = True


def has_message(connection: Connection) -> bool:
    return bool(connection.info.pop(_OWES, False))


class Bell:
    """Rung by whoever wrote a message; rings at the database at most twenty times a second."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{WRITES: False})
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        self._rung.set()
        if self._thread is None:
            with self._lock:
                if self._thread is None:  # begun here, it is in the process that was forked
                    self._thread = threading.Thread(target=self._serve, daemon=True)
                    self._thread.start()

    def _serve(self) -> None:
        while self._rung.wait():
            self._rung.clear()
            with suppress(*FAILURES), self._engine.connect() as connection:
                connection.execute(_RING)
            time.sleep(_GAP_SECONDS)


def listen(engine: Engine, heard: Callable[[], None], keep_going: Callable[[], bool]) -> None:
    """Call `heard` after each ring; return when told, or where nothing can be heard."""
    engine = engine.execution_options(**{WRITES: False})
    while keep_going() and engine.dialect.name == "postgresql":
        with suppress(*FAILURES), engine.connect() as connection:
            if is_pooled(connection):
                log.info("messages.polled", extra={"reason": "a pooler"})
                return
            _listen(connection, heard, keep_going)
        if keep_going():
            time.sleep(_AGAIN_SECONDS)


def _listen(
    connection: Connection, heard: Callable[[], None], keep_going: Callable[[], bool]
) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    with suppress(connection.dialect.loaded_dbapi.Error):
        driver.execute(_LISTEN)
        log.info("messages.heard")
        heard()  # of what came before
        while keep_going():
            if list(driver.notifies(timeout=_LOOK_UP_SECONDS, stop_after=1)):
                heard()
    connection.invalidate()  # nobody else is to get a connection that listens
