"""Do a thing once for each message, however often it comes: what the framework examples share."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")


def once(message: str, act: Callable[[T], None], told: T) -> None:
    """Act unless the id was seen before. It goes in with what is done: take your own database."""
    with closing(sqlite3.connect(os.environ["SEEN"], isolation_level=None)) as database, database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)")
        new = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", [message])
        if new.rowcount:
            act(told)
