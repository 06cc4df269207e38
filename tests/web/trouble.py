"""What a stage's database can suffer that no move of a story makes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.support.stage import Stage


@contextmanager
def no_database(shop: Stage) -> Iterator[None]:
    """Have every statement fail meanwhile."""

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("the disk is gone")

    event.listen(shop.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(shop.engine, "before_cursor_execute", fail)
