"""One transaction that waits for nobody long: a check of health must end before its asker does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, func, select

from .sqlite import PATIENCE

_BOUND = select(
    *(
        func.set_config(name, bindparam("patience"), bindparam("local", value=True))
        for name in ("statement_timeout", "lock_timeout")
    )
)


@contextmanager
def impatient(connection: Connection, seconds: float) -> Iterator[None]:
    """Run a transaction whose statements and waits for locks end after so many seconds."""
    if connection.dialect.name == "sqlite":
        with connection.execution_options(**{PATIENCE: seconds}).begin():
            yield
        return
    with connection.begin():
        connection.execute(_BOUND, {"patience": str(int(seconds * 1000))})
        yield
