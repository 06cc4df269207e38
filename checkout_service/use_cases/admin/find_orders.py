"""Find orders for a person in the admin: by exact id or reference, by status, by hold."""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain.cursor import page_of, read_cursor
from checkout_service.domain.views.orders import OrderPage
from checkout_service.storage.admin import order_search
from checkout_service.storage.database import Database

_MOST_FOUND = 50
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class FindOrders:
    database: Database

    def find(self, words: str) -> OrderPage:
        """Return the orders that carry this id (ours or Stripe's) or this reference, exactly."""
        words = words.strip()
        if not words or len(words) > _LONGEST or "\0" in words:
            return OrderPage((), None)
        with self.database.read() as connection:
            found = order_search.by_words(connection, words, limit=_MOST_FOUND)
        return OrderPage(tuple(found), None)

    def held(self, *, limit: int, cursor: str | None) -> OrderPage:
        """List the orders with a hold up, newest first. Raises InvalidInput for a bad cursor."""
        before = None if cursor is None else read_cursor(cursor)
        with self.database.read() as connection:
            found = order_search.held(connection, before=before, limit=limit + 1)
        return OrderPage(*page_of(found, limit=limit, at=lambda order: order.created_at))
