"""Connections that nobody works on: idle, with an answer that is not all read, or ending."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from . import URGENT
from .connection import Connection, Stand
from .threads import Threads

TICK_SECONDS = 0.25
_LINGER_SECONDS = 2.0
_READ_SECONDS = 30.0  # for a reader to take what was kept, and a second for each _READ_BYTES
_READ_BYTES = 4096
_MOST_KEPT = 64 * 1024 * 1024
_MOST_DRAINED = 2 * 1024 * 1024
_PIECE = 64 * 1024


class ConnectionKeeper(ThreadWorker):  # type: ignore[misc]  # gunicorn says nothing of its types
    """A connection stays with the poller while a thread answers it, and the thread lets it idle.

    Nobody wakes the loop for either: each time that threads meet costs them both.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where connections wait; a dict keeps the order in which they came.
        self._flushing: dict[Connection, None] = {}
        self._lingering: dict[Connection, None] = {}
        self._notify_at = 0.0
        self._urgent: list[tuple[tuple[bytes, ...], Threads]] = []
        self._on_event: dict[Stand, Callable[[Connection], None]] = {
            Stand.ANSWERED: self._listen_later,
            Stand.FLUSHING: self._flush,
            Stand.LINGERING: self._drain,
        }

    def get_thread_pool(self) -> Threads:
        return Threads(self.cfg.threads)

    def load_wsgi(self) -> None:
        """Give each path that the application calls urgent a thread of its own."""
        super().load_wsgi()
        paths = getattr(self.wsgi, "extensions", {}).get(URGENT, ())
        self._urgent = [(_beginnings(path), Threads(1, daemon=True)) for path in paths]

    # --- in the loop: nothing here may wait ------------------------------------------------------

    def notify(self) -> None:
        """Tell the arbiter that we live: not at every turn of the loop, each is a call."""
        now = time.monotonic()
        if now >= self._notify_at:
            self._notify_at = now + TICK_SECONDS
            super().notify()

    def enqueue_req(self, conn: Connection) -> None:
        conn.stand = Stand.ANSWERED
        self._threads_for(conn.arrival.data).submit(self.handle, conn)

    def _threads_for(self, request: bytearray) -> Threads:
        for beginnings, one in self._urgent:
            if request.startswith(beginnings):
                return one
        return cast("Threads", self.tpool)

    def _hear(self, conn: Connection, events: int) -> None:
        """Listen for these events on a connection, or for none."""
        if conn.heard == events:
            return
        if not events:
            self.poller.unregister(conn.sock)
        else:
            listen = self.poller.modify if conn.heard else self.poller.register
            listen(conn.sock, events, partial(self._woken, conn))
        conn.heard = events

    def _woken(self, conn: Connection, _fileobj: Any) -> None:
        if conn.stand is not Stand.CLOSED:
            self._on_event[conn.stand](conn)

    def _listen_later(self, conn: Connection) -> None:
        """Let what comes behind a request wait until that is answered."""
        self._hear(conn, 0)
        self._listen_again(conn)

    def _listen_again(self, conn: Connection) -> None:
        """Hear of a connection that idles. Its thread and the loop both look: who is last sees."""
        if conn.stand is Stand.IDLE:
            self._hear(conn, selectors.EVENT_READ)

    def _keep(self, conn: Connection, *, after: bool) -> None:
        """Keep what its reader did not take at once; `after` that the connection is kept alive."""
        conn.timeout = time.monotonic() + _READ_SECONDS + len(conn.sock.kept) / _READ_BYTES
        conn.keep, conn.stand = after, Stand.FLUSHING
        self._flushing[conn] = None
        self._hear(conn, selectors.EVENT_WRITE)
        self._keep_little()

    def _flush(self, conn: Connection) -> None:
        try:
            conn.sock.flush()
        except OSError:
            self._end(conn, self._flushing)
            return
        if not conn.sock.kept:
            del self._flushing[conn]
            self._answered(conn, keep=conn.keep)

    def _keep_little(self) -> None:
        """Let those go who have most left to read, when all of it together is too much."""
        kept = sum(len(conn.sock.kept) for conn in self._flushing)
        while kept > _MOST_KEPT:
            conn = max(self._flushing, key=lambda one: len(one.sock.kept))
            kept -= len(conn.sock.kept)
            self._end(conn, self._flushing)

    def _answered(self, conn: Connection, *, keep: bool) -> None:
        if keep:
            self._idle(conn)
            self._listen_again(conn)
        else:
            self._linger(conn)

    def _linger(self, conn: Connection) -> None:
        """Close in two steps: a close with bytes unread would cut the answer (RFC 9112, 9.6)."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        conn.timeout, conn.stand = time.monotonic() + _LINGER_SECONDS, Stand.LINGERING
        self._lingering[conn] = None
        self._hear(conn, selectors.EVENT_READ)

    def _drain(self, conn: Connection) -> None:
        try:
            more = conn.sock.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        conn.drained += len(more)
        if not more or conn.drained > _MOST_DRAINED:
            self._end(conn, self._lingering)

    def _end(self, conn: Connection, where: dict[Connection, Any]) -> None:
        del where[conn]
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self._hear(conn, 0)
        self.nr_conns -= 1
        conn.close()

    def _cap_keepalive(self, deadline: float) -> None:
        """Let no connection idle for longer. Threads add to those that idle, hence the copy."""
        for conn in list(self.keepalived_conns):
            conn.timeout = min(conn.timeout, deadline)

    def _end_late(self, now: float) -> None:
        """End what took too long to end by itself."""
        if not self.alive:
            self._cap_keepalive(now + STOP_KEEPALIVE_LINGER)
        for where in (self._flushing, self._lingering):
            for conn in over(where, now):
                self._end(conn, where)

    # --- in a thread, too ------------------------------------------------------------------------

    def _idle(self, conn: Connection) -> None:
        stay = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
        conn.timeout = time.monotonic() + stay
        self.keepalived_conns.append(conn)
        conn.stand = Stand.IDLE  # last: from here on the loop may begin its next request


def _beginnings(path: str) -> tuple[bytes, ...]:
    """Return how a request for this path may begin."""
    return tuple(f"{method} {path}{end}".encode() for method in ("GET", "HEAD") for end in " ?")


def over(conns: Iterable[Connection], now: float) -> list[Connection]:
    """List the connections that may stay as they are no longer."""
    return [conn for conn in conns if conn.timeout <= now]
