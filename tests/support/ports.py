"""Ports for servers under test: free now, and outside the range the system lends to clients."""

from __future__ import annotations

import random
import socket

_CHOICES = range(10_000, 30_000)
_TRIES = 200


def free_port() -> int:
    """Return a TCP port on which nobody listens."""
    for port in random.sample(_CHOICES, _TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No free port found.")
