"""Read the feed of notifications: nothing is missed, whatever happens to the reader."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from .shapes import Notification, Notifications, PrivateOrder


@dataclass(frozen=True)
class Position:
    """How far the feed was read: to a page's end, and which messages behind it were handled."""

    cursor: str | None = None
    handled: tuple[str, ...] = ()


class CursorStore(Protocol):
    """Where the position is kept, for one reader; a table of yours will do."""

    def load(self) -> Position: ...

    def save(self, position: Position) -> None: ...


class FileCursor:
    """Keeps the position in a file, replaced whole and on the disk before the next message."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def load(self) -> Position:
        """Return the position; the feed's beginning where there is no file yet.

        Raises ValueError for a file that is no position: only you know whether to begin anew.
        """
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            return Position(kept["cursor"], tuple(kept["handled"]))
        except FileNotFoundError:
            return Position()
        except (ValueError, LookupError, TypeError):
            raise ValueError(f"{self._path} holds no position in the feed") from None

    def save(self, position: Position) -> None:
        beside = self._path.with_name(f"{self._path.name}.new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(position), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


@dataclass(frozen=True)
class Fulfilment:
    """An order to fulfil; `id` is the message's, one for each order, ever."""

    id: str
    order: PrivateOrder


def follow(
    read: Callable[[str | None], Notifications], store: CursorStore, kind: str, every: float | None
) -> Iterator[Notification]:
    """Yield the messages of a kind that the store does not know as handled, oldest first.

    A message counts as handled when the next one is asked for. Ends where the feed ends, or asks
    again `every` so many seconds.
    """
    position = store.load()
    while True:
        page = read(position.cursor)
        for message in page["data"]:
            if message["type"] != kind or message["id"] in position.handled:
                continue
            yield message
            position = Position(position.cursor, (*position.handled, message["id"]))
            store.save(position)
        if page["data"]:
            position = Position(page["next_cursor"])
            store.save(position)
        elif every is None:
            return
        else:
            time.sleep(every)
