"""What waits for a person at the desk. Times are milliseconds UTC."""

from __future__ import annotations

from checkout_service.domain.clock import DAY
from checkout_service.domain.frozen import frozen

from .orders import HoldView, OrderView

ENDING = 7 * DAY
"""Authorisations of a card end after a week or so: all that are open are seen in the list."""


@frozen
class Work:
    """How much of each kind; a thousand means that many or more.

    `ending` are authorisations that end within a day.
    """

    held: int = 0
    disputes: int = 0
    quarantined: int = 0
    dead: int = 0
    ending: int = 0

    @property
    def all(self) -> int:
        return self.held + self.disputes + self.quarantined + self.dead + self.ending


@frozen
class HeldOrder:
    """An order that is held, with the holds that are up."""

    order: OrderView
    holds: tuple[HoldView, ...]


@frozen
class EndingOrder:
    """An order whose money is let go at a time unless somebody takes it."""

    order: OrderView
    until: int
