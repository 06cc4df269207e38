"""Disputes and inquiries as a person works through them, by when the answer is due."""

from __future__ import annotations

from checkout_service.domain.cursor import page_of, read_cursor
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.disputes import DisputePage, DisputeStage, ListedDispute
from checkout_service.storage.admin import dispute_list
from checkout_service.storage.database import Database


@frozen
class ReadDisputes:
    database: Database

    def page(self, stage: DisputeStage, *, limit: int, cursor: str | None = None) -> DisputePage:
        """List the disputes of a stage. Raises InvalidInput for a cursor that is not ours."""
        after = None if cursor is None else read_cursor(cursor)

        def at(listed: ListedDispute) -> int:
            if stage is not DisputeStage.TO_ANSWER:
                return listed.dispute.created_at
            due = listed.dispute.due_by
            return dispute_list.NO_DATE if due is None else due

        with self.database.read() as connection:
            found = dispute_list.page(connection, stage, after=after, limit=limit + 1)
        return DisputePage(*page_of(found, limit=limit, at=at))
