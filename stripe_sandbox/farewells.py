"""A customer is deleted: subscriptions end, ways to pay are let go, and the id stays known."""

from __future__ import annotations

from . import subscription_ends, tax_ids
from .store import Json
from .world import Call

_GONE = "deleted customer"


def delete(call: Call, customer: Json) -> Json:
    """Delete a customer for good."""
    name = customer["id"]
    for thing in call.store.newest("subscription"):
        if thing["customer"] == name and subscription_ends.goes_on(thing):
            subscription_ends.cancel(call, thing)
    for kept in call.store.newest("payment_method"):
        if kept["customer"] == name:
            call.store.put(kept | {"customer": None, "_spent": True})
    for tax_id in tax_ids.of(call, name):
        call.store.drop(tax_id["id"])
    call.store.drop(name)
    call.store.put({"id": name, "object": _GONE})
    call.emit("customer.deleted", customer)
    return _shown(name)


def show(call: Call, name: str) -> Json:
    """Show a customer, one that was deleted as well. Raises ApiError."""
    if call.store.get(name, _GONE):
        return _shown(name)
    return call.world.need(name, "customer")


def _shown(name: str) -> Json:
    return {"id": name, "object": "customer", "deleted": True}
