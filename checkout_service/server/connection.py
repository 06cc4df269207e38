"""One client's connection, between the loop that waits for it and the threads that answer."""

from __future__ import annotations

import socket
import time
from enum import Enum, auto
from typing import Any

from .arrival import Arrival
from .outgoing import Outgoing

WHOLE_REQUEST_SECONDS = 10.0
_PIECE = 64 * 1024


class Stand(Enum):
    """Where a connection stands. All but ANSWERED belong to the loop, and only it leaves IDLE."""

    __hash__ = object.__hash__  # an Enum's own is written in Python

    GATHERING = auto()  # a request comes in
    ANSWERED = auto()  # a thread has it
    FLUSHING = auto()  # its reader has not taken all of an answer
    IDLE = auto()  # kept alive
    LINGERING = auto()  # our side is closed
    CLOSED = auto()


class Connection:
    """Attributes are named as gunicorn expects them."""

    def __init__(self, sock: socket.socket, client: Any, server: Any) -> None:
        self.sock = Outgoing(sock)
        self.stand = Stand.GATHERING
        self.heard = 0  # the events that the loop listens for
        self.keep = False  # once all was sent: is it kept alive
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

    def receive(self) -> bool:
        """Take what has come, without waiting. False when the client is gone."""
        try:
            data = self.sock.recv(_PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if data:
            self.arrival.add(data)
        return bool(data)

    def close(self) -> None:
        self.stand = Stand.CLOSED
        self.sock.socket.close()
