"""The worker of the layer that has webhooks only: it looks where an event asked for a look.

No events are listed, no links are read, and no planned look hides what a webhook should have told.
"""

from __future__ import annotations

from contextlib import suppress

from checkout_service.domain.errors import CheckoutError
from checkout_service.storage import inbox
from checkout_service.use_cases.sweep_report import SweepReport

from .world import Play


def looks_that_were_wished_for(play: Play, by: int) -> None:
    """Try leftovers again, finish writes of money, and look where a look was wished for."""
    replica = play.stage.replica(by)
    parts, now = replica.parts, play.stage.clock_of(by).now()
    with parts.database.read() as connection:
        leftovers = inbox.leftovers(connection, now=now, limit=100)
    for leftover in leftovers:
        parts.receive_event.retry(leftover)
    with suppress(CheckoutError):
        parts.sweep.finish_writes(SweepReport())
    due = play.rows(
        "SELECT id, look_due_at, look_wishes FROM orders WHERE look_due_at IS NOT NULL"
        " AND look_wishes > 0 ORDER BY created_at, id"
    )
    for row in due:
        if row.look_due_at <= now and play.wished.get(row.id, 0) < row.look_wishes:
            play.wished[row.id] = row.look_wishes
            with suppress(CheckoutError):
                parts.look_at_order.look(row.id, source="sweep")
                parts.sweep.look_at_due.end_stale(row.id)
