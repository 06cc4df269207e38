"""Webhooks that nobody sends: each event waits until somebody takes it, whole, late, or never."""

from __future__ import annotations

import json

from .delivery import Delivery
from .faults import Faults
from .store import Json, Store, shown

_HAND = "by hand"


class ByHand(Delivery):
    """A delivery without threads; events go to one endpoint, which whoever runs us plays."""

    def __init__(self, store: Store, faults: Faults) -> None:
        super().__init__(store, faults, _HAND, None)

    def start(self) -> None:
        """Nothing runs."""

    def waiting(self) -> list[Json]:
        """List the events nobody has taken yet, oldest first."""
        events = list(self._store.newest("event"))[::-1]
        return [event for event in events if not event.get("_delivered", {}).get(_HAND)]

    def told(self, event: Json) -> Json:
        """Return an event as an endpoint would be told it."""
        return self._faults.altered_event(shown(event))

    def take(self, event: Json) -> None:
        """Note that the endpoint took an event."""
        with self._store.lock:
            event["_delivered"] = {_HAND: True}
            event["pending_webhooks"] = 0
            self._store.put(event)

    def _queue_up(
        self, event: str, url: str, endpoint: str | None, attempt: int, at: float
    ) -> None:
        """Queue nothing."""


def body_of(told: Json) -> bytes:
    """Write an event as Stripe's webhooks do."""
    return json.dumps(told, indent=2).encode()
