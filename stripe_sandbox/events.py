"""Events: made with the object as it was at that moment, listed newest first, delivered."""

from __future__ import annotations

from . import shapes
from .delivery import Delivery
from .store import Json, Store, shown


class Events:
    """Writes events down and hands them to the delivery."""

    def __init__(self, store: Store, delivery: Delivery) -> None:
        self._store = store
        self._delivery = delivery

    def emit(
        self, kind: str, thing: Json, *, request: Json | None = None, before: Json | None = None
    ) -> Json:
        """Tell the world that something happened to an object."""
        data: Json = {"object": _as_sent(thing)}
        if before is not None:
            data["previous_attributes"] = before
        event = shapes.event(self._store, kind, data, request)
        self._store.put(event)
        self._delivery.send(event)
        return event


def _as_sent(thing: Json) -> Json:
    sent = shown(thing)
    sent.pop("line_items", None)  # only ever there when it was expanded
    return sent
