"""How a session's discounts and taxes add up: shown when it is asked for."""

from __future__ import annotations

from .store import Json


def of(session: Json) -> Json:
    """Return what each discount took off, and what each tax rate added."""
    off = session["total_details"]["amount_discount"]
    discount = session.get("_discount")
    taxes = [tax for item in session["_items"] for tax in item["taxes"]]
    taxes += (session["shipping_cost"] or {}).get("taxes", [])
    return {
        "discounts": [{"amount": off, "discount": discount}] if discount else [],
        "taxes": _by_rate(taxes),
    }


def _by_rate(taxes: list[Json]) -> list[Json]:
    found: dict[str, Json] = {}
    for tax in taxes:
        known = found.setdefault(tax["rate"]["id"], tax | {"amount": 0, "taxable_amount": 0})
        for name in ("amount", "taxable_amount"):
            known[name] += tax[name]
    return list(found.values())


def discount(session: Json, coupon: Json, code: str | None, name: str, now: int) -> Json:
    """Draw up the discount of a session: it ends with the payment."""
    return {
        "id": name,
        "object": "discount",
        "checkout_session": session["id"],
        "customer": session["customer"],
        "customer_account": None,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": now,
        "subscription": None,
        "subscription_item": None,
    }
