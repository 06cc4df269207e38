"""Thin events: the same change as a snapshot event tells, by the name of the object alone."""

from __future__ import annotations

from .store import Json, Store
from .times import as_text

KIND = "v2.core.event_destination"
_PATHS = {
    "checkout.session": "checkout/sessions",
    "radar.early_fraud_warning": "radar/early_fraud_warnings",
}


def wanting(store: Store, kind: str) -> list[tuple[str, str | None]]:
    """Return address and id of the destinations that want events of a kind."""
    return [
        (thing["_url"], thing["id"])
        for thing in store.newest(KIND)
        if thing["status"] == "enabled" and {"*", f"v1.{kind}"} & set(thing["enabled_events"])
    ]


def thin_event(snapshot: Json) -> Json:
    """Tell the change of a snapshot event by the object's name alone."""
    thing, asked = snapshot["data"]["object"], snapshot["request"]
    path = _PATHS.get(thing["object"], f"{thing['object']}s")
    return {
        "id": f"evt_test_{snapshot['id'].removeprefix('evt_')}",
        "object": "v2.core.event",
        "type": f"v1.{snapshot['type']}",
        "livemode": False,
        "created": as_text(snapshot["created"]),
        "context": None,
        "reason": {"type": "request", "request": asked} if asked["id"] else None,
        "related_object": {
            "id": thing["id"],
            "type": thing["object"],
            "url": f"/v1/{path}/{thing['id']}",
        },
        "snapshot_event": snapshot["id"],
    }
