"""The connection under a request: cut it, or keep it waiting for as long as somebody listens."""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from .times import Time

HANG_SECONDS = 60
_LOOK_SECONDS = 0.1
_CUT = "sandbox.cut"
PATIENCE = "sandbox.patience"
SOCKET = "sandbox.socket"  # where a server puts its connection

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]


def hold(environ: Environ, time: Time) -> None:
    """Answer nothing for a minute; a caller who has given up frees the thread at once.

    A caller in the same process has no socket: `sandbox.patience` says how many seconds it waits.
    """
    sock, left = _socket(environ), float(environ.get(PATIENCE, HANG_SECONDS))
    while left > 0 and not _is_gone(sock):
        time.sleep(min(left, _LOOK_SECONDS))
        left -= _LOOK_SECONDS


def _is_gone(sock: socket.socket | None) -> bool:
    if sock is None or not select.select([sock], [], [], 0)[0]:
        return False
    try:
        return not sock.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def _socket(environ: Environ) -> socket.socket | None:
    return environ.get(SOCKET)


def cut(environ: Environ) -> None:
    """Have the connection reset instead of answered."""
    environ[_CUT] = True


def _reset(sock: socket.socket) -> None:
    """Close so that the caller sees a reset.

    The server would say goodbye first: it is left with a socket that was never connected.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with socket.socket() as unconnected:
        os.dup2(unconnected.fileno(), sock.fileno())


class Cuttable:
    """Wraps the application: what was cut gets no answer, the caller's connection is reset.

    Called in-process, without a socket, it raises ConnectionResetError: the same to the caller.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        answer = self._app(environ, start_response)
        if not environ.get(_CUT):
            return answer
        sock = _socket(environ)
        if sock is not None:
            _reset(sock)
        raise ConnectionResetError(errno.ECONNRESET, "The sandbox cut this connection.")
