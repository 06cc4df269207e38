"""The worker of the layer that has webhooks only: it looks where an event asked for a look.

No events are listed, and no planned look hides what a webhook should have told. No links are read
either, but for the sales that a doorbell named: a link's order is looked at by reading its link.
"""

from __future__ import annotations

from contextlib import suppress

from checkout_service.domain.errors import CheckoutError
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.storage import due_orders, inbox
from checkout_service.use_cases.sweep.sweep_report import SweepReport

from .world import Json, Play, link_ids

_GRACE = 15_000  # milliseconds; no planned look is so near


def requested_looks(play: Play, by: int) -> None:
    """Try leftovers again, finish writes of money, and look where a look was requested."""
    replica = play.stage.replica(by)
    parts, now = replica.parts, play.stage.clock_of(by).now()
    with parts.database.read() as connection:
        leftovers = inbox.leftovers(connection, now=now, limit=100)
    for leftover in leftovers:
        parts.receive_event.retry(leftover)
    with suppress(CheckoutError):
        parts.sweep.finish_writes.finish(SweepReport())
    for session_id in sorted(play.sold_and_rung):
        with suppress(CheckoutError):
            snapshot = parts.stripe.sessions.look(session_id, urgent=False)
            parts.adopt_session.adopt(snapshot, source="sweep")
            play.sold_and_rung.discard(session_id)
    with parts.database.read() as connection:
        due = due_orders.due_orders(connection, now=now, limit=100)
    wanted = {row.id: row.look_due_at for row in play.rows("SELECT id, look_due_at FROM orders")}
    for order in due:
        at = wanted.get(order.order_id)
        if at == AT_ONCE or (order.order_id, at) in play.looks_requested:
            with suppress(CheckoutError):
                parts.sweep.refresh_due._one(order)


def note_sale(play: Play, event: Json) -> None:
    """Note a link's session that a doorbell tells of: the sweep would find it by its link."""
    thing = event["data"]["object"]
    by_link = thing["object"] == "checkout.session" and thing["payment_link"] in link_ids()
    if by_link and thing["status"] == "complete":
        play.sold_and_rung.add(thing["id"])


def note_look_requests(play: Play, by: int) -> None:
    """Note the looks that an event has just asked for, a little later than at once."""
    at = play.stage.clock_of(by).now() + _GRACE
    for row in play.rows(f"SELECT id FROM orders WHERE look_due_at = {at}"):  # noqa: S608 - a number
        play.looks_requested.add((row.id, at))
