"""Connections in autocommit that stay at hand: what the pool does to lend one costs as a read does.

A few at most, the last used first; all others are the pool's, as ever, and whoever begins a
transaction asks the pool. One that rested goes back to it, and is tried before it is lent again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, event

FRESH_SECONDS = 5.0


class KeptConnections:
    """Lends connections of `reader`, which is the engine in autocommit, and keeps some of them."""

    def __init__(self, engine: Engine, reader: Engine, *, most: int) -> None:
        self._reader = reader
        self._most = most
        self._kept: deque[tuple[Connection, float]] = deque()
        if most:
            event.listen(engine, "engine_disposed", lambda _engine: self.drop())

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """Lend a connection. Raises what the pool and the connection raise."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            if connection.invalidated:  # so are the others, by whatever ended this one
                self.drop()
            connection.close()
            raise
        if connection.in_transaction():
            connection.rollback()  # SQLAlchemy's own word for it: in autocommit nothing was begun
        if len(self._kept) < self._most:
            self._kept.append((connection, time.monotonic()))
        else:
            connection.close()

    def drop(self) -> None:
        """Close what is kept."""
        while True:
            try:
                connection, _ = self._kept.pop()
            except IndexError:
                return
            with suppress(Exception):  # it may have died meanwhile
                connection.detach()
            connection.close()

    def _take(self) -> Connection:
        try:
            connection, used = self._kept.pop()
        except IndexError:
            return self._reader.connect()
        if time.monotonic() - used < FRESH_SECONDS:
            return connection
        connection.close()
        return self._reader.connect()
