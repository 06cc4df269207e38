"""A socket that lets no thread wait for a reader: what does not fit is kept and sent later.

Nor is a head sent before its body: what is short is kept for the rest of the answer, so that
nearly every answer is one call and one packet. Whoever has written an answer flushes.
"""

from __future__ import annotations

import selectors
import socket
from typing import Any

MOST_KEPT = 4 * 1024 * 1024  # bytes; a longer answer waits for its reader after all
_LONG = 16 * 1024  # bytes that are worth a call of their own
_PATIENCE_SECONDS = 10.0


class Outgoing:
    """Looks like the socket that gunicorn's responses write to."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(0)
        self.socket = sock
        self.recv = sock.recv
        self.kept = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.socket, name)

    def sendall(self, data: bytes) -> None:
        """Keep what is short, send what goes. Raises TimeoutError for a reader that stalls."""
        self.kept += data
        if len(self.kept) >= _LONG:
            self.flush()
        while len(self.kept) > MOST_KEPT:
            self._wait()
            self.flush()

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def flush(self) -> None:
        """Send of what was kept as much as goes at once. Raises OSError if the reader is gone."""
        del self.kept[: self._send(self.kept)]

    def close(self) -> None:
        """Leave it to the loop, which still listens: the number must not be another's meanwhile."""
        self.socket.settimeout(0)  # gunicorn waits for a client when an answer breaks off

    def _send(self, data: bytes | bytearray) -> int:
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0

    def _wait(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_WRITE)
            if not selector.select(_PATIENCE_SECONDS):
                raise TimeoutError
