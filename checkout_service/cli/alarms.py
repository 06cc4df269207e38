"""One listener that wakes several jobs: each listener of its own would hold a connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from .jobs import Alarm

_LOOK_UP_SECONDS = 1.0


def shared_alarm(listen: Alarm, count: int) -> list[Alarm]:
    """Return an alarm for each of so many jobs; the first also listens for the others."""
    rings = [threading.Event() for _ in range(count)]

    def ring_all() -> None:
        for ring in rings:
            ring.set()

    def wait(
        ring: threading.Event, heard: Callable[[], None], keep_going: Callable[[], bool]
    ) -> None:
        while keep_going():
            if ring.wait(_LOOK_UP_SECONDS):
                ring.clear()
                heard()

    def listen_and_wait(heard: Callable[[], None], keep_going: Callable[[], bool]) -> None:
        listener = partial(listen, ring_all, keep_going)
        threading.Thread(target=listener, daemon=True).start()
        wait(rings[0], heard, keep_going)

    return [listen_and_wait, *(partial(wait, ring) for ring in rings[1:])]
