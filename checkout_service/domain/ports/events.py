"""Stripe's events, in our words: reading one that was sent to us, and listing what was sent."""

from __future__ import annotations

from typing import Protocol

from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.frozen import frozen


class EventReader(Protocol):
    """Reads bytes and never calls Stripe. Raises BadEvent."""

    def read_signed(self, body: bytes, signature: str | None) -> IncomingEvent:
        """Verify a webhook and read it; its age is measured in real time."""
        ...

    def read(self, body: bytes) -> IncomingEvent:
        """Read an event that was verified before."""
        ...


@frozen
class EventPage:
    """A page of a listing, oldest first, without those that cannot be read.

    `before` leads to the page before it; None when there is none.
    """

    events: list[IncomingEvent]
    before: str | None


class Events(Protocol):
    def page(
        self,
        created_from: int,
        created_to: int | None = None,
        *,
        undelivered: bool,
        before: str | None = None,
    ) -> EventPage:
        """List the newest events of a window (milliseconds UTC), or those before that page."""
        ...
