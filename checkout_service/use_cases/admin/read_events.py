"""Read Stripe's events for people; never writes, never calls Stripe."""

from __future__ import annotations

from checkout_service.domain.cursor import page_of, read_cursor
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.events import EventDetail, EventPage
from checkout_service.storage import event_views
from checkout_service.storage.database import Database


@frozen
class ReadEvents:
    database: Database

    def page(
        self,
        *,
        state: str | None = None,
        order_id: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> EventPage:
        """List events, last received first. Raises InvalidInput for a cursor that is not ours."""
        before = None if cursor is None else read_cursor(cursor)
        with self.database.read() as connection:
            found = event_views.events(
                connection, state=state, order_id=order_id, before=before, limit=limit + 1
            )
        return EventPage(*page_of(found, limit=limit, at=lambda event: event.received_at))

    def detail(self, event_id: str) -> EventDetail:
        """Return one event with its body. Raises NotFound."""
        with self.database.read() as connection:
            found = event_views.event(connection, event_id)
        if found is None:
            raise NotFound
        return found
