"""A server that answers a piece at a time, for ever: each piece comes before anybody's patience."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STATUS_LINE = (b"", b"HTTP/1.1 2")
HEADERS = (b"HTTP/1.1 200 OK\r\n", b"X-More: of this\r\n")
CONTINUE = (b"", b"HTTP/1.1 100 Continue\r\n\r\n")
BODY = (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x")
WAYS = {"status line": STATUS_LINE, "headers": HEADERS, "100 Continue": CONTINUE, "body": BODY}


@contextmanager
def trickling(way: str, *, every: float = 0.05) -> Iterator[str]:
    """Serve one connection after the other in this way; lend the address."""
    first, again = WAYS[way]
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(first)
            # A status line is one byte at a time, and the last of it over and over.
            pieces = again if way == "status line" else [again]
            for piece in itertools.chain(pieces, itertools.repeat(pieces[-1])):
                connection.sendall(bytes([piece]) if isinstance(piece, int) else piece)
                if over.wait(every):
                    return

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                answer(server.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
