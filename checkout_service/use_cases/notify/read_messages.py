"""Read the messages owed to the merchant's backend, for people; never writes, never sends."""

from __future__ import annotations

from checkout_service.domain.cursor import page_of, read_cursor
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.events import MessageDetail, MessagePage
from checkout_service.storage import event_views, outbox
from checkout_service.storage.database import Database


@frozen
class ReadMessages:
    database: Database

    def page(
        self,
        *,
        state: str | None = None,
        order_id: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> MessagePage:
        """List messages, last written first. Raises InvalidInput for a cursor that is not ours."""
        before = None if cursor is None else read_cursor(cursor)
        with self.database.read() as connection:
            found = event_views.messages(
                connection, state=state, order_id=order_id, before=before, limit=limit + 1
            )
        return MessagePage(*page_of(found, limit=limit, at=lambda message: message.created_at))

    def detail(self, message_id: str) -> MessageDetail:
        """Return one message with its body. Raises NotFound."""
        with self.database.read() as connection:
            found = event_views.message(connection, message_id)
        if found is None:
            raise NotFound
        return found

    def counts(self) -> dict[str, int]:
        """Count the messages by state: due, delivered, dead."""
        with self.database.read() as connection:
            return outbox.count_by_state(connection)
