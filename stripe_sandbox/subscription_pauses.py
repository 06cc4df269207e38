"""A subscription that was paused, because its trial ended without a way to pay, goes on."""

from __future__ import annotations

from . import customers, subscriptions
from .errors import ApiError
from .store import Json
from .world import Call


def resume(call: Call, thing: Json) -> Json:
    """Begin a new period now, and collect for it. Raises ApiError."""
    if thing["status"] != "paused":
        raise ApiError(f"Only a paused subscription can be resumed; this one is {thing['status']}.")
    if subscriptions.paid_by(call, thing) is None:
        raise customers.no_way_to_pay()
    now = call.store.now()
    thing |= {"billing_cycle_anchor": now, "_turn": 0}
    for item in thing["items"]["data"]:
        item["current_period_end"] = now
    subscriptions.renew(call, call.store.put(thing))
    if thing["status"] == "active":
        call.emit("customer.subscription.resumed", thing)
    return thing
