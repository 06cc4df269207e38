"""Read all messages in the order they came: for a backend that asks instead of being told."""

from __future__ import annotations

from checkout_service.domain.cursor import read_cursor, write_cursor
from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.events import FeedPage
from checkout_service.storage import feed
from checkout_service.storage.database import Database

_MARK = "feed"  # tells its cursors from those of other lists


@frozen
class ReadFeed:
    database: Database

    def page(self, *, after: str | None, limit: int) -> FeedPage:
        """List messages behind a cursor. Raises InvalidInput for one that is not ours."""
        place = 0 if after is None else _place(after)
        self._give_places()
        with self.database.read() as connection:
            found = tuple(feed.after(connection, place, limit=limit))
        return FeedPage(found, write_cursor(found[-1].place, _MARK) if found else after)

    def _give_places(self) -> None:
        with self.database.read() as connection:
            more = feed.is_anything_new(connection)
        while more:
            more = self.database.write(feed.give_places)


def _place(cursor: str) -> int:
    try:
        place, mark = read_cursor(cursor)
    except InvalidInput:
        mark = ""
    if mark != _MARK:
        raise InvalidInput([Fault("after", "is not a cursor of this list")])
    return place
