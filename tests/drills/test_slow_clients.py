"""Slow clients of every kind at once, without a proxy in front: others are served as ever."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.hostile.attack import request
from tests.support.memory import memory_of
from tests.support.service import Service
from tests.support.stack import StartService

from .attackers import statuses_in
from .crowd import Answer, all_at_once, get, in_its_own_loop, percentile

_POST = b"POST /api/v1/checkout-sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
_BODY = _POST + b"Content-Length: 100\r\n\r\n{"
# Most of it stays with the server: what the system buffers for such a reader is little.
_LONG_ANSWER = request("GET", "/static/vendor/swagger-ui/swagger-ui-bundle.js")
_MOST_FILES = 8_192
MOST_GROWTH_MB = 150  # 64 kept for readers, as much gathered, and what an allocator keeps
Slow = Callable[[int], Coroutine[Any, Any, None]]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_slow_clients_of_every_kind_hold_nobody_up(start_service: StartService, full: bool) -> None:
    few = {} if full else {"WEB_THREADS": "4", "WEB_CONCURRENCY": "1"}
    heads, bodies, readers, gone = (500, 500, 200, 100) if full else (60, 60, 120, 60)
    web = start_service(**few)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, _MOST_FILES), hard))
    crowd = [_waits_with_its_head] * heads + [_waits_with_its_body] * bodies
    crowd += [_reads_slowly] * readers + [_vanishes] * gone

    before = memory_of(web)

    served, after, let_go = in_its_own_loop(_siege(web, crowd, count=1_000 if full else 60))
    growth = (memory_of(web) - before) // 1024 // 1024

    seconds = [answer.seconds for answer in served]
    told = f"p50 {percentile(seconds, 0.5):.3f} s, p99 {percentile(seconds, 0.99):.3f} s"
    print(f"{len(crowd)} slow clients, {len(served)} requests: {told}; free in {let_go:.1f} s")
    print(f"grown by {growth} MB")
    assert {answer.status for answer in served + after} == {200}
    assert let_go < 15
    assert growth < MOST_GROWTH_MB
    if full:
        assert percentile(seconds, 0.99) < 0.5
    assert "Traceback" not in web.logs


async def _siege(
    web: Service, crowd: Sequence[Slow], *, count: int
) -> tuple[list[Answer], list[Answer], float]:
    """Ask for a page, steadily, while the crowd is there; then for many pages at once."""
    port = int(urlsplit(web.url).port or 0)
    slow = [asyncio.ensure_future(_again_and_again(client, port)) for client in crowd]
    await asyncio.sleep(2)  # all of them have come
    served = []
    for _ in range(count):
        began = time.monotonic()
        served.append(await get(web.url, "/"))
        await asyncio.sleep(max(0, 0.02 - (time.monotonic() - began)))
    began = time.monotonic()
    after = await all_at_once([(web.url, "/")] * 64)
    for client in slow:
        client.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    return served, after, time.monotonic() - began


async def _again_and_again(client: Slow, port: int) -> None:
    """Come back whenever the server let go: the crowd stays as large as it is."""
    while True:
        try:
            await client(port)
        except OSError:
            await asyncio.sleep(0.1)


async def _waits_with_its_head(port: int) -> None:
    assert await _say_half(port, b"GET / HTTP/1.1\r\nHost:") in ([408], [])


async def _waits_with_its_body(port: int) -> None:
    assert await _say_half(port, _BODY) in ([408], [])


async def _say_half(port: int, half: bytes) -> list[int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(half)
        return statuses_in(await reader.read())
    finally:
        writer.transport.abort()


async def _reads_slowly(port: int) -> None:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=narrow, limit=64)
    try:
        writer.write(_LONG_ANSWER)
        while await reader.read(1):  # noqa: ASYNC110 - a slow reader is what this is
            await asyncio.sleep(0.5)
    finally:
        writer.transport.abort()


async def _vanishes(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_BODY)
    await writer.drain()
    writer.transport.abort()
    await asyncio.sleep(1)
