"""What Stripe shows only when it is expanded, though it stands in no object of its own."""

from __future__ import annotations

from typing import Any

from . import shapes
from .store import Json


def found(thing: Json, path: str) -> Any:
    """Return what is asked for of an object, by its path; None if it is not modelled."""
    kind = thing.get("object")
    if path == "sources" and kind == "customer":
        return shapes.listing(f"/v1/customers/{thing['id']}/sources", [])  # nobody can make one
    if path == "currency_options" and kind == "price":
        return _own_currency(thing)
    if path == "total_details.breakdown":
        return {"discounts": [], "taxes": []}  # of one that sells nothing
    return None


def is_nothing(parent: Json, field: str) -> bool:
    """True if Stripe leaves the field out, expanded or not: it does not apply to this object."""
    left_out = (("applies_to", "coupon"), ("tiers", "price"))
    return parent.get("deleted") is True or (field, parent.get("object")) in left_out


def _own_currency(price: Json) -> Json:
    """Show a price in its currency: no other one is modelled."""
    alike = ("custom_unit_amount", "tax_behavior", "unit_amount", "unit_amount_decimal")
    return {price["currency"]: {name: price[name] for name in alike}}
