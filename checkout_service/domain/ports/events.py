"""Stripe's events, in our words: reading one that was sent to us, and listing what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from checkout_service.domain.facts.snapshots import IncomingEvent


class EventReader(Protocol):
    """Reads bytes and never calls Stripe. Raises BadEvent."""

    def read_signed(self, body: bytes, signature: str | None) -> IncomingEvent:
        """Verify a webhook and read it; its age is measured in real time."""
        ...

    def read(self, body: bytes) -> IncomingEvent:
        """Read an event that was verified before."""
        ...


class Events(Protocol):
    def since(self, created_from: int, *, undelivered: bool) -> Iterator[IncomingEvent]:
        """List events from a time on (milliseconds UTC), oldest first."""
        ...
