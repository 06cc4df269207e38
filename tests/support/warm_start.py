"""Processes that start warm: children of a nursery, handled as a `subprocess.Popen` would be."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_asking = threading.Lock()
_running: list[socket.socket] = []


class WarmProcess:
    """A child of the nursery: what tests use of a Popen, with its meaning."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        bare: Mapping[str, str],
        logs: tuple[int, int],
    ) -> None:
        """Start it; `bare` is the environment in which the nursery itself starts.

        What it says and what it complains of go to the two `logs`.
        """
        self.args = list(command)
        self.returncode: int | None = None
        self._told, tell = os.pipe()
        wanted = json.dumps({"command": self.args, "env": dict(env)}).encode()
        with _asking:
            socket.send_fds(_nursery(bare), [wanted], [*logs, tell])
            os.close(tell)
            self._said = b""
            while b"\n" not in self._said:
                self._hear()
        self.pid = int(self._said.split()[0])

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._hear()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([self._told], [], [], left)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self._hear()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it, unless the process is gone: its number may be another's by now."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _hear(self) -> None:
        said = os.read(self._told, 64)
        if not said:
            raise RuntimeError("The nursery of the tests is gone.")
        self._said += said
        if self._said.count(b"\n") == 2:
            self.returncode = int(self._said.split()[1])
            os.close(self._told)


def _nursery(env: Mapping[str, str]) -> socket.socket:
    """Start it when first asked; it ends when our side of the socket is closed."""
    if _running:
        return _running[0]
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.support.nursery"]
    nursery = subprocess.Popen(
        command, cwd=ROOT, env=dict(env), stdin=theirs.fileno(), start_new_session=True
    )
    theirs.close()
    _running.append(ours)

    def end() -> None:
        ours.close()
        nursery.wait()

    atexit.register(end)
    return ours
