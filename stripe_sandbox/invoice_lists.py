"""What stands inside invoices and subscriptions, as lists of their own."""

from __future__ import annotations

from . import lists
from .errors import no_such
from .store import Json
from .world import Call


def lines(call: Call, invoice: Json) -> Json:
    """List an invoice's lines."""
    return lists.of_items(call, invoice["lines"]["data"], f"/v1/invoices/{invoice['id']}/lines")


def subscription_items(call: Call) -> Json:
    """List a subscription's items."""
    given = call.params["subscription"]
    owner = call.world.need(given, "subscription", param="subscription")
    return lists.of_items(call, owner["items"]["data"], "/v1/subscription_items")


def subscription_item(call: Call, name: str) -> Json:
    """Show one item of whichever subscription has it. Raises ApiError."""
    for owner in call.store.newest("subscription"):
        for item in owner["items"]["data"]:
            if item["id"] == name:
                return dict(item)
    raise no_such("subscription_item", name)
