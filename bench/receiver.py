"""`python -m bench.receiver`: a merchant's backend that costs next to nothing and answers late.

A POST is a message, answered after so many milliseconds; a GET tells how many came, how many
different ones, and when (seconds).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ID = re.compile(rb"webhook-id: *(\S+)", re.IGNORECASE)
_YES = b"HTTP/1.1 204 No Content\r\n\r\n"


class Backend(asyncio.Protocol):
    """One connection; `came` is everybody's: ids and times of all messages."""

    def __init__(self, came: list[tuple[bytes, float]], seconds: float) -> None:
        self._came, self._seconds, self._kept = came, seconds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._kept += data
        head, end, rest = self._kept.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        if not end or len(rest) < int(found[1] if found else 0):
            return
        self._kept = b""
        if head.startswith(b"GET"):
            self._transport.write(_told(self._came))
        else:
            named = _ID.search(head)
            self._came.append((named[1] if named else b"", time.monotonic()))
            asyncio.get_running_loop().call_later(self._seconds, self._transport.write, _YES)


def _told(came: list[tuple[bytes, float]]) -> bytes:
    told = {"different": len({name for name, _ in came}), "times": [at for _, at in came]}
    body = json.dumps(told).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def _serve(port: int, seconds: float) -> None:
    came: list[tuple[bytes, float]] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Backend(came, seconds), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m bench.receiver", description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--latency-ms", type=int, default=0)
    chosen = options.parse_args()
    asyncio.run(_serve(chosen.port, chosen.latency_ms / 1000))
