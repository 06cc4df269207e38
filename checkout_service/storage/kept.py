"""Connections in autocommit that stay at hand: what the pool does to lend one costs as a read does.

A few at most, the last used first; all others are the pool's, as ever, and whoever begins a
transaction asks the pool. Nothing is kept while somebody waits for the pool. What rested goes back
to it, and is tried before it is lent again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, QueuePool, event

from checkout_service.domain.clock import Clock

FRESH_SECONDS = 5.0
RESTED = "checkout_rested"  # in a connection's notes: to be tried before it is lent again


class KeptConnections:
    """Lends connections of `reader`, which is the engine in autocommit, and keeps some of them."""

    def __init__(self, engine: Engine, reader: Engine, clock: Clock, *, most: int) -> None:
        self._engine, self._reader = engine, reader
        self._clock = clock
        self._most = most
        self._kept: deque[tuple[Connection, float]] = deque()
        self._lock = threading.Lock()
        self._asking = 0
        if most:
            event.listen(engine, "engine_disposed", lambda _engine: self.drop())

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """Lend a connection in autocommit. Raises what the pool and the connection raise."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            if connection.invalidated:  # so are the others, by whatever ended this one
                self.drop()
            connection.close()
            raise
        self._give_back(connection)

    def ask_pool(self) -> Connection:
        """Have the pool lend a connection for a transaction; it gets what is at hand if need be."""
        return self._ask(self._engine)

    def drop(self) -> None:
        """Close what is kept."""
        while (connection := self._pop()) is not None:
            with suppress(Exception):  # it may have died meanwhile
                connection.detach()
            connection.close()

    def _take(self) -> Connection:
        connection = self._pop()
        if connection is None:
            return self._ask(self._reader)
        if RESTED not in connection.info:
            return connection
        connection.close()
        return self._ask(self._reader)

    def _give_back(self, connection: Connection) -> None:
        if connection.in_transaction():
            connection.rollback()  # SQLAlchemy's own word for it: in autocommit nothing was begun
        if self._asking or len(self._kept) >= self._most:
            connection.close()
            return
        self._kept.append((connection, self._clock.monotonic()))
        if self._asking:  # since a moment ago
            self._let_go()

    def _ask(self, engine: Engine) -> Connection:
        if not self._most:
            return engine.connect()
        with self._lock:
            self._asking += 1
        try:
            pool = engine.pool
            if isinstance(pool, QueuePool) and pool.checkedout() >= pool.size():
                self._let_go()
            return engine.connect()
        finally:
            with self._lock:
                self._asking -= 1

    def _let_go(self) -> None:
        """Give the pool one connection back: somebody waits for it."""
        connection = self._pop()
        if connection is not None:
            connection.close()

    def _pop(self) -> Connection | None:
        try:
            connection, used = self._kept.pop()
        except IndexError:
            return None
        if self._clock.monotonic() - used >= FRESH_SECONDS:
            connection.info[RESTED] = True
        return connection
