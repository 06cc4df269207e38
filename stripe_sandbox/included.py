"""What Stripe shows only when it is expanded, though it stands in no object of its own."""

from __future__ import annotations

from typing import Any

from . import shapes
from .store import Json


def found(parent: Json, field: str) -> Any:
    """Return what is asked for; None if it is not modelled."""
    kind = parent.get("object")
    if field == "sources" and kind == "customer":
        return shapes.listing(f"/v1/customers/{parent['id']}/sources", [])  # nobody can make one
    if field == "currency_options":
        return _own_currency(parent)
    if field == "breakdown" and not (parent["amount_discount"] or parent["amount_tax"]):
        return {"discounts": [], "taxes": []}
    return None


def is_nothing(parent: Json, field: str) -> bool:
    """True if Stripe leaves the field out, expanded or not: it does not apply to this object."""
    left_out = (("applies_to", "coupon"), ("tiers", "price"))
    return parent.get("deleted") is True or (field, parent.get("object")) in left_out


def _own_currency(parent: Json) -> Json | None:
    """Show a price, or a shipping rate's amount, in its currency: no other one is modelled."""
    if parent.keys() == {"amount", "currency"}:
        return {parent["currency"]: {"amount": parent["amount"], "tax_behavior": "unspecified"}}
    if parent.get("object") != "price":
        return None
    alike = ("custom_unit_amount", "tax_behavior", "unit_amount", "unit_amount_decimal")
    return {parent["currency"]: {name: parent[name] for name in alike}}
