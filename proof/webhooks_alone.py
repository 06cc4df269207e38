"""The worker of the layer that has webhooks only: it looks where an event asked for a look.

No events are listed, no links are read, and no planned look hides what a webhook should have told.
"""

from __future__ import annotations

from contextlib import suppress

from checkout_service.domain.errors import CheckoutError
from checkout_service.storage import due_orders, inbox
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
    with parts.database.read() as connection:
        due = due_orders.due_orders(connection, now=now, limit=100)
    for order in due:
        if play.wished.get(order.order_id, 0) < order.wishes:
            play.wished[order.order_id] = order.wishes
            with suppress(CheckoutError):
                parts.sweep.look_at_due._one(order)
