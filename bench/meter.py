"""Requests on keep-alive connections, and the CPU they cost: the server's and PostgreSQL's.

CPU is what to trust on a shared machine. A process that has ended is counted too, by its parent:
PostgreSQL's workers come and go between two looks.
"""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

CONNECTIONS = 16
_TICK = os.sysconf("SC_CLK_TCK")
_CPU_FIELDS = slice(11, 15)  # utime, stime and both of the children that have ended


@dataclass(frozen=True, slots=True)
class Call:
    """One request; unless it says its method, `body` None makes it a GET, else it is a POST."""

    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    method: str = ""

    def on(self, connection: http.client.HTTPConnection) -> tuple[int, bytes]:
        """Send it and give the status and body of its answer."""
        method = self.method or ("GET" if self.body is None else "POST")
        connection.request(method, self.path, self.body, dict(self.headers))
        answer = connection.getresponse()
        return answer.status, answer.read()


@dataclass(frozen=True, slots=True)
class Figures:
    """What one case cost in one round, or the medians of many: CPU in microseconds a request."""

    rate: float
    p99: float  # milliseconds
    server: float
    database: float

    @property
    def cpu(self) -> float:
        return self.server + self.database


def medians(rounds: Sequence[Figures]) -> Figures:
    return Figures(
        *(statistics.median(getattr(one, name) for one in rounds) for name in Figures.__slots__)
    )


def measure(port: int, calls: Sequence[Call], *, server: int, database: int) -> Figures:
    """Send the calls, each answered 200 or 201, in a closed loop; the pids name process trees.

    Raises RuntimeError for any other answer.
    """

    def client(mine: Sequence[Call]) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        took = [_send(connection, call) for call in mine]
        connection.close()
        return took

    before = cpu_of(server), cpu_of(database)
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [calls[n::CONNECTIONS] for n in range(CONNECTIONS)]
        times = sorted(one for share in pool.map(client, shares) for one in share)
    wall = time.perf_counter() - began
    spent = [
        1e6 * (now - then) / len(calls)
        for now, then in zip((cpu_of(server), cpu_of(database)), before, strict=True)
    ]
    return Figures(len(calls) / wall, 1e3 * times[int(0.99 * len(times))], *spent)


def _send(connection: http.client.HTTPConnection, call: Call) -> float:
    began = time.perf_counter()
    status, text = call.on(connection)
    if status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise RuntimeError(f"{call.path}: {status} {text[:300]!r}")
    return time.perf_counter() - began


def cpu_of_one(pid: int) -> float:
    """Return the CPU seconds of one process; none if it has ended."""
    try:
        return sum(map(int, _fields(pid)[_CPU_FIELDS])) / _TICK
    except OSError:
        return 0.0


def cpu_of(root: int) -> float:
    """Sum the CPU seconds of a process and of all below it."""
    ticks = 0
    for pid in tree_of(root):
        with suppress(OSError):  # it ended meanwhile
            ticks += sum(map(int, _fields(pid)[_CPU_FIELDS]))
    return ticks / _TICK


def tree_of(root: int) -> list[int]:
    """List a process and all below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int(_fields(int(entry.name))[1])

    def below(pid: int) -> bool:
        while pid > 1 and pid != root:
            pid = parents.get(pid, 0)
        return pid == root

    return [pid for pid in parents if below(pid)]


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
