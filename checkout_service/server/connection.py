"""One client's connection, between the loop that waits for it and the threads that answer."""

from __future__ import annotations

import socket
import time
from typing import Any

from .arrival import Arrival
from .outgoing import Outgoing

WHOLE_REQUEST_SECONDS = 10.0


class Connection:
    """Where a connection stands; attributes are named as gunicorn expects them."""

    def __init__(self, sock: socket.socket, client: Any, server: Any) -> None:
        self.sock = Outgoing(sock)
        self.client = client
        self.server = server
        self.arrival = Arrival()
        self.timeout = 0.0  # until when it may stay as it is, monotonic seconds
        self.rest = b""  # what came behind a request
        self.drained = 0

    def begin(self) -> None:
        """Wait for a request; what came behind the last one is its beginning."""
        self.arrival = Arrival()
        self.timeout = time.monotonic() + WHOLE_REQUEST_SECONDS
        if self.rest:
            self.arrival.add(self.rest)
            self.rest = b""

    def close(self) -> None:
        self.sock.close()
