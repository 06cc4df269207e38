"""A balancer as hosts run one: connections go round, and past a door that is closed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


@asynccontextmanager
async def balancer(ports: Sequence[int]) -> AsyncIterator[int]:
    """Listen on a port of its own and carry every connection to one of the ports."""
    turns = itertools.cycle(range(len(ports)))

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start = next(turns)
        with contextlib.closing(writer):
            for place in range(len(ports)):
                port = ports[(start + place) % len(ports)]
                with contextlib.suppress(ConnectionRefusedError):
                    there, back = await asyncio.open_connection("127.0.0.1", port)
                    with contextlib.closing(back):  # also when the drill ends in the middle
                        await asyncio.gather(_pass(reader, back), _pass(there, writer))
                    break

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
