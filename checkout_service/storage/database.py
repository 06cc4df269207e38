"""One helper for every transaction: short, retried when the database says so, never around a call.

SQLite writes begin IMMEDIATE (a deferred transaction that turns into a writer fails at once,
busy timeout or not) and in turn; reads run in autocommit and queue behind nobody.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.errors import DatabaseUnavailable

from .bell import Bell, has_message
from .impatience import impatient
from .outage import FAILURES, Episodes, outage_of, reason_of
from .pooler import bound, greet, is_pooled
from .sqlite import Turns, begin_sqlite, is_busy, make_private, open_sqlite
from .watch import WATCH, WRITES, Watch, Write, unwatched
from .writers import await_writers

T = TypeVar("T")

Transaction: TypeAlias = Connection
"""What a use case holds and hands on: statements are for storage to make."""

_TRIES = 4
_TRY_AGAIN_WITHIN = 3.0  # seconds: whoever waits for a 503 hears it before a router gives up
_RETRY_STATES = frozenset(("25006", "40001", "40P01", "57P01", "57P02", "57P03", "55P03"))
_POOL_TIMEOUT = 5  # seconds
_FRESH_SECONDS = 5.0

# Two web processes, a worker, a release and a doctor: within the 20 of a small plan. No
# connection is held while Stripe is asked, so six serve 32 threads.
POOL_SIZE = 6
# For the driver alone: how soon a dead network is noticed (seconds; the last one milliseconds).
_PATIENCE = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def engine_options(url: str, *, pool_size: int = POOL_SIZE) -> dict[str, Any]:
    """Return SQLAlchemy's engine options for this database URL."""
    if url.startswith("sqlite"):
        return {
            "connect_args": {"timeout": 8, "check_same_thread": False},
            "pool_size": pool_size,
            "pool_timeout": _POOL_TIMEOUT,
        }
    given = make_url(url).query
    return {
        # None beyond these: a connection opened for one burst costs more than the burst. The one
        # used last is used next: what it and its server know of our statements is still at hand.
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_use_lifo": True,
        "pool_timeout": _POOL_TIMEOUT,
        "pool_recycle": 1800,
        # No parameter is sent at the start: a pooler refuses what it does not know.
        "connect_args": {name: value for name, value in _PATIENCE.items() if name not in given},
    }


def prepare_engine(engine: Engine) -> Engine:
    """Give SQLite its durability and its explicit transactions; PostgreSQL a greeting and pings."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", make_private)
        event.listen(engine, "connect", open_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    else:
        event.listen(engine, "connect", greet)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "checkout", _ping_if_idle)
        event.listen(engine, "checkin", _note_use)
    return engine


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    return prepare_engine(create_engine(url, **engine_options(url, pool_size=pool_size)))


def _begin(connection: Connection) -> None:
    """Begin a transaction in words: setting the driver's mode, and setting it back, costs more."""
    options = connection.get_execution_options()
    if options.get(WRITES, True) and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN")


def _ping_if_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """Try a connection that rested before using it: a ping for every request would double them."""
    if time.monotonic() - record.info.get("used", float("-inf")) < _FRESH_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
    except Exception as error:
        raise DisconnectionError from error  # the pool makes a new one


def _note_use(_connection: Any, record: Any) -> None:
    if record is not None:
        record.info["used"] = time.monotonic()


class Database:
    """Transactions for the use cases, over one engine."""

    def __init__(
        self,
        engine: Engine,
        *,
        watch: Watch = unwatched,
        clock: Clock | None = None,
        rings: bool = False,
    ) -> None:
        """`watch` is called with each write as it goes by; what it raises, the writer raises.

        With `rings` those who send hear at once of a message that was written.
        """
        self.engine = engine
        self._watch = watch
        self._clock = clock or SystemClock()
        self._episodes = Episodes()
        self._turns = Turns(one_writer=self.is_sqlite)
        self._bell = Bell(engine) if rings and not self.is_sqlite else None
        self._reader = engine.execution_options(**{WRITES: False, WATCH: watch})

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run the work in one transaction; again if the database asks for it.

        The work may run several times, so it has no side effects besides its rows. Raises
        DatabaseUnavailable; whatever the work raises rolls back and passes through.
        """
        began = self._clock.monotonic()
        for turn in range(1, _TRIES + 1):
            try:
                done = self._write_once(work)
            except FAILURES as error:
                late = self._clock.monotonic() - began > _TRY_AGAIN_WITHIN
                self._leave_outlived(error)
                if turn == _TRIES or late or not _worth_another_try(error):
                    self._give_up(error, writing=True)
                self._clock.sleep(random.uniform(0.01, 0.05) * turn)  # noqa: S311 - no secret
            else:
                self._episodes.went_well(writing=True)
                return done
        raise DatabaseUnavailable

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        self._watch(Write.BEGINS)
        with self._turns.turn(), self.engine.begin() as connection:
            bound(connection)
            done = work(connection)
            message = has_message(connection)
            self._watch(Write.COMMITS)
        self._watch(Write.COMMITTED)
        self._ring(message)
        return done

    def write_or_give_up(self, work: Callable[[Connection], T], *, seconds: float) -> T:
        """Run the work as `write` does, but once, and wait for nobody longer than this."""
        try:
            with (
                self._turns.turn(seconds),
                self.engine.connect() as connection,
                impatient(connection, seconds),
            ):
                done = work(connection)
        except FAILURES as error:
            self._leave_outlived(error)
            self._give_up(error, writing=True)
        self._episodes.went_well(writing=True)
        return done

    def write_at_once(self, work: Callable[[Connection], T]) -> T:
        """Run work that writes in one statement where the database can: no transaction then.

        What the work read before it may have changed since, so that statement has to guard itself.
        Raises as `write` does, which is also what tries again, and what a pooler's clients take:
        only a transaction carries their bounds.
        """
        if not self.is_sqlite:
            began = self._clock.monotonic()
            try:
                self._watch(Write.BEGINS)
                with self._reader.connect() as connection:
                    pooled = is_pooled(connection)
                    done = None if pooled else work(connection)
                    message = has_message(connection)
            except FAILURES as error:
                self._leave_outlived(error)
                late = self._clock.monotonic() - began > _TRY_AGAIN_WITHIN
                if late or outage_of(error) is None:
                    self._give_up(error, writing=True)
            else:
                if not pooled:
                    self._ring(message)
                    self._episodes.went_well(writing=True)
                    return cast("T", done)
        return self.write(work)

    def _ring(self, message: bool) -> None:  # noqa: FBT001
        if message and self._bell is not None:
            self._bell.ring()

    def await_others(self) -> None:
        """Wait until whoever was writing when this was called is done; three seconds at most.

        SQLite has one writer, so there is nobody to wait for.
        """
        if self.is_sqlite:
            return
        with self.read() as connection:
            await_writers(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Return a connection for reads, in autocommit. Raises DatabaseUnavailable."""
        try:
            with self._reader.connect() as connection:
                yield connection
        except FAILURES as error:
            self._leave_outlived(error)
            self._give_up(error, writing=False)
        self._episodes.went_well(writing=False)

    def settle_file(self) -> None:
        """Write SQLite's journal into its file and empty it: what was erased is in neither then."""
        if self.is_sqlite:
            with self.read() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def is_pooled(self) -> bool:
        """True if a pooler stands between us and the database. Raises DatabaseUnavailable."""
        with self.read() as connection:
            return is_pooled(connection)

    def _give_up(self, error: DBAPIError | PoolTimeout, *, writing: bool) -> NoReturn:
        """Raise DatabaseUnavailable for what ails the database, anything else as it is."""
        outage = outage_of(error)
        if outage is None:
            raise error
        self._episodes.met(error, outage, writing=writing)
        raise DatabaseUnavailable(outage, reason_of(error)) from error

    def _leave_outlived(self, error: DBAPIError | PoolTimeout) -> None:
        if self._episodes.outlived(outage_of(error)):
            self.engine.dispose()


def _state(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _worth_another_try(error: DBAPIError | PoolTimeout) -> bool:
    if isinstance(error, PoolTimeout):
        return False
    if error.connection_invalidated:
        return True
    state = _state(error)
    if state is not None:
        return state in _RETRY_STATES
    return is_busy(error)
