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
from typing import Any

from gunicorn.http.errors import InvalidHeader, NoMoreData, UnsupportedTransferCoding
from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER

from .arrival import Arrival
from .connection import Connection, Stand
from .early_look import look_early
from .kept_connections import TICK_SECONDS, ConnectionKeeper, over

# Nearly every body follows its head at once. A head that stays alone is looked at meanwhile.
_LOOK_AFTER_SECONDS = 0.1
_MOST_GATHERED = 64 * 1024 * 1024

_REFUSALS = {
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}


class GatheringWorker(ConnectionKeeper):
    """Gathers requests, lets threads answer them, and leaves the rest to whom it extends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where connections wait; a dict keeps the order in which they came.
        self._gathering: dict[Connection, None] = {}
        self._heads: deque[tuple[float, Connection, Arrival]] = deque()
        self._gathered = 0  # bytes
        self._look_at_clocks_at = 0.0
        self._on_event[Stand.GATHERING] = self._receive
        self._on_event[Stand.IDLE] = self._begin_again

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

    def _begin_again(self, conn: Connection) -> None:
        """Begin the next request of a connection that was kept alive."""
        self.keepalived_conns.remove(conn)
        self._gather(conn)

    def _go_on(self, conn: Connection, keep: bool | None) -> None:  # noqa: FBT001 - an answer's end
        """Go on where a thread ended: wait for the body, send what was kept, or begin again."""
        if keep is None:
            self._await_body(conn)
        elif conn.sock.kept:
            self._keep(conn, after=keep)
        else:
            self._answered(conn, keep=keep)

    def _gather(self, conn: Connection) -> None:
        """Begin a request. Most are here whole at once."""
        conn.begin()
        if not conn.arrival.is_whole and not conn.receive():
            self._close(conn)
        elif conn.arrival.is_whole:
            self.enqueue_req(conn)
        else:
            self._listen(conn)
            self._look_at(conn, head_was_here=False)

    def _listen(self, conn: Connection) -> None:
        conn.stand = Stand.GATHERING
        self._gathering[conn] = None
        self._gathered += len(conn.arrival.data)
        self._hear(conn, selectors.EVENT_READ)

    def _forget(self, conn: Connection) -> None:
        del self._gathering[conn]
        self._gathered -= len(conn.arrival.data)

    def _receive(self, conn: Connection) -> None:
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
        self._look_at_clocks_at = now + TICK_SECONDS
        for conn in over(self._gathering, now):
            if conn.arrival.data:
                self._refuse(conn, 408)
            else:
                self._forget(conn)
                self._close(conn)
        self._end_late(now)

    def _make_room(self) -> None:
        """Let the connection that has idled or dawdled longest go, when there are too many."""
        if self.nr_conns < self.worker_connections:
            return
        if self.keepalived_conns:
            self._close(self.keepalived_conns.popleft())
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
            conn.sock.flush()
        except OSError:
            self._close(conn)
            return
        self._linger(conn)

    def _answered(self, conn: Connection, *, keep: bool) -> None:
        if keep and conn.rest:
            self._gather(conn)
        else:
            super()._answered(conn, keep=keep)

    # --- in a thread -----------------------------------------------------------------------------

    def handle(self, conn: Connection) -> None:
        """Answer a request, and leave its connection to the loop or let it idle."""
        try:
            keep = Context().run(self._answer, conn)  # it knows nothing of the request before
            conn.sock.flush()
        except BaseException as error:  # noqa: BLE001 - whatever it was, the thread goes on
            self.log.debug("Closing connection. %s", error)
            keep = False
        if not keep or conn.sock.kept or conn.rest or not (conn.heard and self.alive):
            self.method_queue.defer(self._go_on, conn, keep)
            return
        self._idle(conn)
        if not conn.heard:  # more came before it idled, and the loop turned away
            self.method_queue.defer(self._listen_again, conn)

    def _answer(self, conn: Connection) -> bool | None:
        """Return True to keep the connection, None to wait for the request's body."""
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
            if _says_close(req.headers):
                req.force_close()
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


def _says_close(headers: list[tuple[str, str]]) -> bool:
    """Look for it in the whole list (RFC 9110, 7.6.1); gunicorn compares one value as it is."""
    for name, value in headers:
        if name == "CONNECTION" and "close" in [one.strip() for one in value.lower().split(",")]:
            return True
    return False
