"""The gunicorn worker of the product: a thread is taken only when all it needs has arrived.

Gunicorn's threads read from their clients and write to them, so that as many slow clients as there
are threads stop a server. Here one loop does all waiting: it gathers requests until they are
whole, sends what a slow reader did not take at once, and closes. The rest is gunicorn's own.
"""

from __future__ import annotations

import io
import selectors
import socket
import time
from collections import deque
from contextvars import Context
from functools import partial
from typing import Any

from gunicorn.http.errors import InvalidHeader, NoMoreData, UnsupportedTransferCoding
from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from .arrival import Arrival
from .connection import Connection
from .early_look import look_early

# Nearly every body follows its head at once. A head that stays alone is looked at meanwhile.
_LOOK_AFTER_SECONDS = 0.1
_LINGER_SECONDS = 2.0
_TICK_SECONDS = 0.25
_READ_SECONDS = 30.0  # for a reader to take what was kept, and a second for each _READ_BYTES
_READ_BYTES = 4096
_MOST_GATHERED = _MOST_KEPT = 64 * 1024 * 1024
_MOST_DRAINED = 2 * 1024 * 1024
_PIECE = 64 * 1024

_REFUSALS = {
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}


class GatheringWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn says nothing of its types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where connections wait; a dict keeps the order in which they came.
        self._gathering: dict[Connection, None] = {}
        self._heads: deque[tuple[float, Connection, Arrival]] = deque()
        self._flushing: dict[Connection, bool] = {}  # with: is it kept alive afterwards
        self._lingering: dict[Connection, None] = {}
        self._gathered = 0  # bytes
        self._look_at_clocks_at = 0.0

    # --- in the loop: nothing here may wait ------------------------------------------------------

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self._make_room()
        self._gather(Connection(sock, client, listener.getsockname()))

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's own signature
        """Let everybody in who knocked before SIGTERM came, then close the door.

        The one it stands on leaves the door ajar while it finishes: who comes meanwhile connects,
        sends a request, waits for seconds and is reset. A closed door is seen by every router,
        and the request goes elsewhere.
        """
        super().set_accept_enabled(enabled)
        if enabled or (self.alive and self.is_parent_alive()):
            return
        for listener in self.sockets:
            known = -1
            while known < self.nr_conns:
                known = self.nr_conns
                self.accept(listener)
            listener.close()
        for conn in self._gathering:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(_LOOK_AFTER_SECONDS if self._heads else timeout)
        self._keep_time()

    def on_client_socket_readable(self, conn: Connection, _client: Any) -> None:
        """Begin the next request of a connection that was kept alive."""
        self.poller.unregister(conn.sock)
        self.keepalived_conns.remove(conn)
        self._gather(conn)

    def finish_request(self, conn: Connection, future: Any) -> None:
        """Go on where a thread ended: wait for the body, send what was kept, or begin again."""
        try:
            keep = False if future.cancelled() else future.result()
        except Exception:  # noqa: BLE001 - whatever it was, the loop goes on
            self._close(conn)
            return
        if keep is None:
            self._await_body(conn)
        elif conn.sock.kept:
            conn.timeout = time.monotonic() + _READ_SECONDS + len(conn.sock.kept) / _READ_BYTES
            self._flushing[conn] = keep
            self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._flush, conn))
            self._keep_little()
        else:
            self._answered(conn, keep=keep)

    def _gather(self, conn: Connection) -> None:
        """Begin a request. Most are here whole at once: the poller need not hear of those."""
        conn.begin()
        if not conn.arrival.is_whole and not conn.receive():
            self._close(conn)
        elif conn.arrival.is_whole:
            self.enqueue_req(conn)
        else:
            self._listen(conn)
            self._look_at(conn, head_was_here=False)

    def _listen(self, conn: Connection) -> None:
        self._gathering[conn] = None
        self._gathered += len(conn.arrival.data)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))

    def _forget(self, conn: Connection) -> None:
        del self._gathering[conn]
        self._gathered -= len(conn.arrival.data)
        self.poller.unregister(conn.sock)

    def _receive(self, conn: Connection, _fileobj: Any) -> None:
        head_was_here, known = bool(conn.arrival.body_at), len(conn.arrival.data)
        if not conn.receive():
            self._forget(conn)
            self._close(conn)
            return
        self._gathered += len(conn.arrival.data) - known
        self._look_at(conn, head_was_here=head_was_here)

    def _look_at(self, conn: Connection, *, head_was_here: bool) -> None:
        arrival = conn.arrival
        if arrival.is_whole:
            self._forget(conn)
            self.enqueue_req(conn)
        elif arrival.is_too_long:
            self._refuse(conn, 413 if arrival.body_at else 431)
        elif arrival.body_at and not head_was_here:
            if arrival.waits_to_be_asked or arrival.promises_too_much:
                self._heads.appendleft((0.0, conn, arrival))
            else:
                self._heads.append((time.monotonic() + _LOOK_AFTER_SECONDS, conn, arrival))
        if self._gathered > _MOST_GATHERED:
            self._refuse(next(iter(self._gathering)), 408)

    def _await_body(self, conn: Connection) -> None:
        """Go on gathering after an early look; the deadline stays."""
        self._listen(conn)
        if conn.arrival.promises_too_much:
            self._refuse(conn, 413)

    def _keep_time(self) -> None:
        now = time.monotonic()
        while self._heads and self._heads[0][0] <= now:
            _, conn, arrival = self._heads.popleft()
            if conn in self._gathering and conn.arrival is arrival:
                self._forget(conn)
                self.enqueue_req(conn)
        if now < self._look_at_clocks_at:
            return
        self._look_at_clocks_at = now + _TICK_SECONDS
        for conn in _over(self._gathering, now):
            if conn.arrival.data:
                self._refuse(conn, 408)
            else:
                self._forget(conn)
                self._close(conn)
        for conn in _over(self._flushing, now):
            self._end(conn, self._flushing)
        for conn in _over(self._lingering, now):
            self._end(conn, self._lingering)

    def _make_room(self) -> None:
        """Let the connection that has idled or dawdled longest go, when there are too many."""
        if self.nr_conns < self.worker_connections:
            return
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self._close(conn)
        elif self._gathering:
            conn = next(iter(self._gathering))
            self._forget(conn)
            self._close(conn)

    def _refuse(self, conn: Connection, status: int) -> None:
        """Answer for the application a request that it will never see."""
        self._forget(conn)
        head = f"HTTP/1.1 {status} {_REFUSALS[status]}\r\nConnection: close\r\n"
        try:
            conn.sock.sendall(f"{head}Content-Length: 0\r\n\r\n".encode())
        except OSError:
            self._close(conn)
            return
        self._linger(conn)

    def _flush(self, conn: Connection, _fileobj: Any) -> None:
        try:
            conn.sock.flush()
        except OSError:
            self._end(conn, self._flushing)
            return
        if not conn.sock.kept:
            self.poller.unregister(conn.sock)
            self._answered(conn, keep=self._flushing.pop(conn))

    def _keep_little(self) -> None:
        """Let those go who have most left to read, when all of it together is too much."""
        kept = sum(len(conn.sock.kept) for conn in self._flushing)
        while kept > _MOST_KEPT:
            conn = max(self._flushing, key=lambda one: len(one.sock.kept))
            kept -= len(conn.sock.kept)
            self._end(conn, self._flushing)

    def _answered(self, conn: Connection, *, keep: bool) -> None:
        if not keep:
            self._linger(conn)
        elif conn.rest:
            self._gather(conn)
        else:
            stay = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
            conn.timeout = time.monotonic() + stay
            self.keepalived_conns.append(conn)
            wake = partial(self.on_client_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, wake)

    def _linger(self, conn: Connection) -> None:
        """Close in two steps: a close with bytes unread would cut the answer (RFC 9112, 9.6)."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        conn.timeout = time.monotonic() + _LINGER_SECONDS
        self._lingering[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))

    def _drain(self, conn: Connection, _fileobj: Any) -> None:
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
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    # --- in a thread -----------------------------------------------------------------------------

    def handle(self, conn: Connection) -> bool | None:
        """Answer a request: True to keep the connection, None to wait for the request's body."""
        return Context().run(self._answer, conn)  # it knows nothing of the request before

    def _answer(self, conn: Connection) -> bool | None:
        req = None
        try:
            if not conn.arrival.is_whole:
                return look_early(self, conn)
            parser = RequestParser(self.cfg, [bytes(conn.arrival.data)], conn.client)
            req = next(parser)
            # All of it is here, so whatever is wrong with it is said before anything is done.
            body = req.body.read()
            req.body = io.BytesIO(body)
            req._expected_100_continue = False  # noqa: SLF001 - it did not wait to be asked
            conn.rest = parser.unreader.take_buffered()
            return bool(self.handle_request(req, conn))
        except NoMoreData:
            self.handle_error(req, conn.sock, conn.client, InvalidHeader("the request ends early"))
        except UnsupportedTransferCoding:  # gunicorn's answer is 501, as if the fault were ours
            self.handle_error(req, conn.sock, conn.client, InvalidHeader("Transfer-Encoding"))
        except (StopIteration, OSError) as error:
            self.log.debug("Closing connection. %s", error)
        except Exception as error:  # noqa: BLE001 - gunicorn's own knows them apart
            self.handle_error(req, conn.sock, conn.client, error)
        return False


def _over(conns: dict[Connection, Any], now: float) -> list[Connection]:
    return [conn for conn in conns if conn.timeout <= now]
