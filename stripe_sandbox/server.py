"""Serve the sandbox: a thread for each connection, so that a call that hangs stops nobody.

Standing on Python alone, an installed sandbox brings no web server with it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from socketserver import TCPServer, ThreadingMixIn
from typing import IO, Any, cast
from urllib.parse import unquote_to_bytes

from werkzeug.serving import DechunkedInput

from .wire import SOCKET, App, Environ

MOST_BYTES = 2 * 1024 * 1024
_IDLE_SECONDS = 60
_WAITING = 1024  # connections that nobody has accepted yet
# Told otherwise, or, as the body is there in one piece, no longer true.
_NOT_PASSED_ON = ("CONTENT-TYPE", "CONTENT-LENGTH", "TRANSFER-ENCODING")


class CannotListen(Exception):
    """The address is taken or not ours; the message says which."""


class Server(ThreadingMixIn, TCPServer):
    """Listens from its making on; `serve_forever` answers."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = _WAITING

    def __init__(self, app: App, host: str, port: int) -> None:
        self.app = app
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless it is that somebody has hung up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def serve(app: App, host: str, port: int) -> None:
    """Answer until SIGTERM or Ctrl-C, which end everything at once: what was told is kept.

    Raises CannotListen.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        listening = Server(app, host, port)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}, port {port}: {error.strerror}") from error
    with listening as server:
        at = f"[{host}]" if ":" in host else host
        print(f"Stripe sandbox on http://{at}:{server.port} - no money moves here", flush=True)  # noqa: T201
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            os._exit(0)  # a webhook that is under way would keep us for ten seconds


class _Connection(BaseHTTPRequestHandler):
    """Reads requests from one connection, one after another, and has the sandbox answer them."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        """Have one method for every verb that may be asked for."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        try:
            body = self._body()
        except (ValueError, OSError):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        said: list[Any] = []
        answer = self.server.app(self._environ(body), lambda *given: said.extend(given))
        text = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        self._say(said[0], said[1], text)

    def _body(self) -> bytes:
        """Read what was sent, and one byte of what is too much. Raises ValueError or OSError."""
        most = MOST_BYTES + 1
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            body = DechunkedInput(cast(IO[bytes], self.rfile)).read(most)
        else:
            length = min(most, int(self.headers.get("Content-Length") or 0))
            body = self.rfile.read(max(length, 0))
            if len(body) != length:
                raise ValueError(length)  # below zero, or more than came
        if len(body) == most:
            self.close_connection = True  # the rest of it would be taken for a request
        return body

    def _environ(self, body: bytes) -> Environ:
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            SOCKET: self.connection,
        }
        for name, value in self.headers.items():
            key = f"HTTP_{name.upper().replace('-', '_')}"
            if "_" not in name and name.upper() not in _NOT_PASSED_ON:
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _say(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """Write an answer at once: in two parts it would be two packets."""
        kept = "close" if self.close_connection else "keep-alive"
        lines = [f"{self.protocol_version} {status}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in headers] + [f"Connection: {kept}"]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def log_message(self, *_given: object) -> None:
        """Say nothing: the sandbox keeps its own log of requests."""
