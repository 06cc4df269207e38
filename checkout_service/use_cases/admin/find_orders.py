"""Find orders for a person in the admin, by whatever that person has in hand."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.orders import OrderPage
from checkout_service.storage.admin import order_search
from checkout_service.storage.database import Database

MOST_FOUND = 50
_LONGEST = 500


@frozen
class FindOrders:
    database: Database

    def find(self, words: str) -> OrderPage:
        """Return the newest orders of this id, reference, number, e-mail, name or amount."""
        words = words.strip()
        if not words or len(words) > _LONGEST or "\0" in words:
            return OrderPage((), None)
        with self.database.read() as connection:
            found = order_search.by_words(connection, words, limit=MOST_FOUND)
        return OrderPage(tuple(found), None)
