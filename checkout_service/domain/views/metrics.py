"""How the shop does, in numbers for a monitor. Windows and caps are part of their meaning.

Ages are seconds; None where there is nothing yet.
"""

from __future__ import annotations

from collections.abc import Mapping

from checkout_service.domain.clock import HOUR
from checkout_service.domain.frozen import frozen

from .events import ReceiverView

RECENT = HOUR
MOST_RECENT = 5_000
"""Recent rows are those of the last hour, and the newest so many of them at most."""
MOST = 1_000
"""Piles are counted so far and no further: a scrape must not count a flood."""


@frozen
class Metrics:
    recent_orders: Mapping[str, int]  # by status
    newest_order_age: float | None
    newest_paid_order_age: float | None
    held_orders: Mapping[str, int]  # by hold; an order may have several
    overdue_looks: int
    authorizations_ending: int  # within a day
    recent_events: Mapping[tuple[str, str], int]  # by source and state
    recent_declines: int
    newest_event_age: float | None
    webhook_lag: float | None  # from Stripe's time to ours, median of the latest
    stuck_events: Mapping[str, int]  # by state
    outbox: Mapping[str, int]  # by state: due, dead
    outbox_oldest_age: float  # of the messages that are due; 0 when none is
    receiver: str  # the one that does worst
    receivers: tuple[ReceiverView, ...]
    sweep_age: float | None
    quarantined: Mapping[str, int]  # by kind
    corrected_orders: int  # since the shop began
