"""A Redis as hosts sell it: over TLS, with a certificate of its own making. It counts windows.

It answers only what the counters ask: one script that takes a place in a window, one that reads it.
`loopback.pem` is worth nothing outside these tests.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

CERTIFICATE = Path(__file__).with_name("loopback.pem")


class Redis(socketserver.ThreadingTCPServer):
    """Keeps one count for each window, and the names of the commands that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(CERTIFICATE)
        self.counts: Counter[bytes] = Counter()
        self.commands: list[bytes] = []

    @property
    def url(self) -> str:
        return f"rediss://:secret@127.0.0.1:{self.server_address[1]}/0"

    def answer(self, command: list[bytes]) -> bytes:
        self.commands.append(command[0].upper())
        if command[0].upper() != b"EVALSHA":
            return b"+OK\r\n"
        window, given = command[4], command[5:]
        if len(given) == 1:  # how full is the window?
            return b"*4\r\n:0\r\n:0\r\n:%d\r\n:30000\r\n" % self.counts[window]
        taken = self.counts[window] < int(given[0])
        self.counts[window] += taken
        return b":%d\r\n" % taken

    def wrapped(self, connection: object) -> ssl.SSLSocket:
        return self._tls.wrap_socket(connection, server_side=True)  # type: ignore[arg-type]


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        redis = cast(Redis, self.server)
        try:
            with redis.wrapped(self.request) as connection, connection.makefile("rb") as lines:
                while head := lines.readline():
                    command = []
                    for _ in range(int(head[1:])):
                        size = int(lines.readline()[1:])
                        command.append(lines.read(size + 2)[:-2])
                    connection.sendall(redis.answer(command))
        except (OSError, ValueError):
            return  # a client that does not trust the certificate hangs up


@contextmanager
def running_redis() -> Iterator[Redis]:
    redis = Redis()
    thread = threading.Thread(target=redis.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield redis
    finally:
        redis.shutdown()
        redis.server_close()
        thread.join()
