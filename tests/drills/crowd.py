"""Hundreds of pollers at once: one thread, plain sockets, a connection for every request."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
_PATIENCE = 60  # seconds for one answer


@dataclass
class Answer:
    """One answer: its status (0 when the server hung up), and the seconds it took."""

    status: int
    seconds: float
    retry_after: float | None = None
    body: Any = None


@dataclass
class Poller:
    """One browser that polls until it is told what is final."""

    path: str
    services: Sequence[str]
    answers: list[Answer] = field(default_factory=list)
    took: float | None = None

    async def until_final(self, *, start: float, patience: float) -> None:
        """Poll as poll.js does at its briskest; a server that hangs up is asked again."""
        place = 0
        while time.monotonic() - start < patience:
            answer = await get(self.services[place % len(self.services)], self.path)
            self.answers.append(answer)
            if answer.status == 0:
                place += 1
                await asyncio.sleep(0.1)
                continue
            if answer.status == 200 and answer.body["final"]:
                self.took = time.monotonic() - start
                return
            await asyncio.sleep(answer.retry_after or 1)


async def get(base: str, path: str) -> Answer:
    """Ask once over a connection of its own."""
    parts = urlsplit(base)
    start = time.monotonic()
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            said = await reader.read()
            writer.close()
    except OSError:
        return Answer(0, time.monotonic() - start)
    seconds = time.monotonic() - start
    head, _, body = said.partition(b"\r\n\r\n")
    if not body:
        return Answer(0, seconds)
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines[1:])}
    wait = headers.get("retry-after")
    told = json.loads(body) if "json" in headers.get("content-type", "") else None
    return Answer(int(lines[0].split()[1]), seconds, float(wait) if wait else None, told)


async def all_at_once(requests: Sequence[tuple[str, str]], *, within: float = 0) -> list[Answer]:
    """Ask for (base, path) pairs, spread evenly over some seconds."""
    gap = within / max(1, len(requests))

    async def later(place: int, base: str, path: str) -> Answer:
        await asyncio.sleep(place * gap)
        return await get(base, path)

    return await asyncio.gather(*(later(n, *pair) for n, pair in enumerate(requests)))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def in_its_own_loop(act: Coroutine[Any, Any, T]) -> T:
    """Run this in a thread: a browser of an earlier test keeps a loop of its own in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, act).result()
