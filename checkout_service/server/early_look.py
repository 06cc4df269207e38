"""A request answered by its head alone, unless the answer depends on its body.

Who is refused anyway (404, 405, 413, 415, 401) hears so without having to send a body, and who
never sends one holds no thread.
"""

from __future__ import annotations

import io
from typing import Any, NoReturn

from gunicorn.http import wsgi
from gunicorn.http.parser import RequestParser

from . import BODY_AWAITED
from .connection import Connection

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class _BodyAwaited(BaseException):
    """The answer depends on the body. No Exception, so that nobody on the way answers it."""


class _NoBodyYet(io.RawIOBase):
    """The body of a request that is looked at early."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        raise _BodyAwaited

    def read(self, _size: int | None = -1) -> NoReturn:
        raise _BodyAwaited

    def readline(self, _size: int | None = -1) -> NoReturn:
        raise _BodyAwaited


def look_early(worker: Any, conn: Connection) -> bool | None:
    """Ask a worker's application; None if it wants the body, False if the answer was written."""
    req = next(RequestParser(worker.cfg, [conn.arrival.head], conn.client))
    waits = req._expected_100_continue  # noqa: SLF001 - gunicorn has no other name for it
    req._expected_100_continue = False  # noqa: SLF001
    response, environ = wsgi.create(req, conn.sock, conn.client, conn.server, worker.cfg)
    environ |= {"wsgi.input": _NoBodyYet(), "wsgi.multithread": True, BODY_AWAITED: True}
    response.force_close()
    try:
        for piece in worker.wsgi(environ, response.start_response):
            response.write(piece)
    except _BodyAwaited:
        if waits:
            conn.sock.sendall(_CONTINUE)
            conn.sock.flush()
        return None
    response.close()
    return False
