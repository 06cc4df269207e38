"""HTTP exchanges that end on time, whatever trickles: one deadline from the connection to the end.

A client's usual timeouts bound each read alone: a byte every two seconds, or a `100 Continue`,
would hold a thread for as long as somebody cares to send them.
"""

from __future__ import annotations

import io
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any

from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError

_until: ContextVar[float | None] = ContextVar("checkout_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound the exchanges of this block, on connections that `keep_time`: all of it together.

    A bound that was set around it holds on.
    """
    token = _until.set(time.monotonic() + min(seconds, left()))
    try:
        yield
    finally:
        _until.reset(token)


def left() -> float:
    """Return the seconds that are left of the time that was set; for ever, if none was."""
    until = _until.get()
    return math.inf if until is None else until - time.monotonic()


def keep_time(pools: PoolManager) -> PoolManager:
    """Have all connections of these pools keep the deadlines that `within` sets."""
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return pools


class _Reader(io.RawIOBase):
    """Reads a socket, each time with no more patience than is left."""

    def __init__(self, stream: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._stream = stream
        self._sock = sock
        self._until = until
        self._each = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        self._sock.settimeout(left if self._each is None else min(self._each, left))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(HTTPResponse):
    """An answer that is read until the deadline at most, status line and headers included."""

    def __init__(self, sock: socket.socket, *given: Any, **named: Any) -> None:
        super().__init__(sock, *given, **named)
        until = _until.get()
        if until is not None:
            stream: Any = self.fp.detach()
            self.fp = io.BufferedReader(_Reader(stream, sock, until))


def _in_time(connection: HTTPConnection, sock: socket.socket) -> socket.socket:
    """Let go of a connection that came too late: looking a name up is bounded by nobody."""
    until = _until.get()
    if until is not None and time.monotonic() > until:
        sock.close()
        raise ConnectTimeoutError(connection, "connected after the deadline")
    return sock


class _InOnePiece(HTTPConnection):
    """Sends a head together with its body: one call, and one packet, instead of two."""

    _held: bytearray | None = None

    def request(self, *given: Any, **named: Any) -> None:
        held = self._held = bytearray()
        try:
            super().request(*given, **named)
        finally:
            self._held = None
        super().send(held)

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held += data


class _Connection(_InOnePiece):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _in_time(self, super()._new_conn())


class _SecureConnection(_InOnePiece, HTTPSConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _in_time(self, super()._new_conn())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
