"""One transaction that waits for nobody long: a check of health must end before its asker does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, func, select

_BOUND = select(
    *(
        func.set_config(name, bindparam("patience"), bindparam("local", value=True))
        for name in ("statement_timeout", "lock_timeout")
    )
)


@contextmanager
def impatient(connection: Connection, seconds: float) -> Iterator[None]:
    """Run a transaction whose statements and waits for locks end after so many seconds."""
    milliseconds = int(seconds * 1000)
    if connection.dialect.name != "sqlite":
        with connection.begin():
            connection.execute(_BOUND, {"patience": str(milliseconds)})
            yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout={milliseconds}")
    try:
        with connection.begin():
            yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={before}")
