"""Who is told of each write as it goes by: nobody, except where a story is told in one process."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Write(Enum):
    """The moments of a write; whoever watches may do more in between, or stop the writer."""

    BEGINS = "begins"  # nothing is read for it yet, and no connection is held
    COMMITS = "commits"  # what it writes is decided; nothing of it can be seen yet
    COMMITTED = "committed"  # everybody can see it; the writer does not know


Watch = Callable[[Write], None]

WRITES = "checkout_writes"
"""The execution option that, when false, keeps a connection in autocommit: nothing is begun."""

WATCH = "checkout_watch"
"""The execution option by which a statement that commits by itself finds who watches."""


def unwatched(_moment: Write) -> None:
    """Tell nobody."""
