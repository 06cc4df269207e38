"""How long a test waits: long for what only has to happen, to measure where time is promised."""

from __future__ import annotations

import time

PATIENCE = 90  # seconds, for a machine that is busy with something else


def at_this_pace(seconds: float) -> float:
    """Return how long a promise of so many seconds may take here, where others have the CPU too."""
    began, worked = time.perf_counter(), time.thread_time()
    while time.thread_time() - worked < 0.1:
        pass
    return seconds * max(1.0, (time.perf_counter() - began) / 0.1)
