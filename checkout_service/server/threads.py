"""The threads that answer: each is begun when it is first needed, and stays."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any


class Threads:
    """At most so many threads, each with one thing to do at a time; what is too much waits.

    Nobody waits for a result, so nothing is made to hold one.
    """

    def __init__(self, most: int, *, daemon: bool = False) -> None:
        """With `daemon` the process ends without waiting for any of them."""
        self._most, self._daemon = most, daemon
        self._begun = 0
        self._tasks: SimpleQueue[tuple[Callable[[Any], object], Any] | None] = SimpleQueue()
        self._free: deque[None] = deque(maxlen=most)  # one for each that waits, and nobody called

    def submit(self, act: Callable[[Any], object], on: Any) -> None:
        """Let a thread do this; `act` may raise nothing. Called from one thread only."""
        self._tasks.put((act, on))
        try:
            self._free.pop()
        except IndexError:
            if self._begun < self._most:
                self._begun += 1
                name = f"answers-{self._begun}"
                Thread(target=self._work, name=name, daemon=self._daemon).start()

    def shutdown(self, *, wait: bool) -> None:  # noqa: ARG002 - gunicorn itself never waits
        """End each thread, after what it does and all that was submitted."""
        for _ in range(self._begun):
            self._tasks.put(None)

    def _work(self) -> None:
        while task := self._tasks.get():
            act, on = task
            act(on)
            del act, on, task  # a thread that waits holds nothing of the last request
            self._free.append(None)
