"""What a session comes to: line items less discounts, plus shipping and tax."""

from __future__ import annotations

from . import shapes
from .errors import invalid, missing
from .forms import boolean, integer, table
from .money import check_amount, check_currency
from .store import Json, new_id
from .world import Call

TAX_PERCENT = 10  # of what is left after discounts, wherever the buyer lives


def begin(call: Call, session: Json, params: Json) -> None:
    """Note what a new session asks for beside its line items. Raises ApiError."""
    if boolean(table(params, "automatic_tax"), "enabled"):
        session["automatic_tax"] |= {
            "enabled": True,
            "liability": {"type": "self"},
            "provider": "stripe",
            "status": "requires_location_inputs",
        }
    _ship(call, session, params.get("shipping_options"))


def _ship(call: Call, session: Json, options: object) -> None:
    if options is None:
        return
    if session["mode"] != "payment":
        raise invalid("shipping_options", "`shipping_options` is only allowed in `payment` mode.")
    if not isinstance(options, list) or not all(isinstance(option, dict) for option in options):
        raise invalid("shipping_options", "Invalid array")
    rates = [_rate(call, option, session["currency"]) for option in options]
    session["shipping_options"] = [
        {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]}
        for rate in rates
    ]
    ship_by(session, rates[0]["id"])


def ship_by(session: Json, rate: object) -> None:
    """Choose one of the ways to ship that are offered. Raises ApiError."""
    amounts = {way["shipping_rate"]: way["shipping_amount"] for way in session["shipping_options"]}
    if rate not in amounts:
        raise invalid("shipping_rate", "This session does not offer that way to ship.")
    session["shipping_cost"] = {
        "amount_subtotal": amounts[rate],
        "amount_tax": 0,
        "amount_total": amounts[rate],
        "shipping_rate": rate,
        "taxes": [],
    }


def _rate(call: Call, option: Json, currency: str) -> Json:
    if "shipping_rate" in option:
        name = option["shipping_rate"]
        return call.world.need(name, "shipping_rate", param="shipping_options[0][shipping_rate]")
    data = table(option, "shipping_rate_data")
    where = "shipping_options[0][shipping_rate_data]"
    if not isinstance(data.get("display_name"), str):
        raise missing(f"{where}[display_name]")
    fixed = table(data, "fixed_amount")
    amount = integer(fixed, "amount", where=f"{where}[fixed_amount][amount]")
    if amount is None or amount < 0:
        raise missing(f"{where}[fixed_amount][amount]")
    if check_currency(fixed.get("currency", currency)) != currency:
        raise invalid(f"{where}[fixed_amount][currency]", "Shipping has the session's currency.")
    return call.store.put(
        {
            **shapes.nulls("delivery_estimate", "tax_behavior", "tax_code"),
            "id": new_id("shr"),
            "object": "shipping_rate",
            "active": True,
            "created": call.store.now(),
            "display_name": data["display_name"],
            "fixed_amount": {"amount": amount, "currency": currency},
            "livemode": False,
            "metadata": {},
            "type": "fixed_amount",
        }
    )


def know_the_place(session: Json) -> None:
    """Take the buyer's address as given: now the tax can be told."""
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
        recount(session)


def recount(session: Json) -> None:
    """Write what the session and each of its items come to."""
    items = session["_items"]
    weights = [item["amount_subtotal"] for item in items]
    subtotal = sum(weights)
    off = min(subtotal, session.get("_amount_off", 0))
    # A percentage has up to four decimals; amounts are whole numbers, never floats.
    ten_thousandths = round(session.get("_percent_off", 0) * 10_000)
    off += (subtotal - off) * ten_thousandths // 1_000_000
    taxed = session["automatic_tax"]["status"] == "complete"
    tax, on_top = _tax(items, subtotal - off) if taxed else (0, 0)
    for item, less, more in zip(items, _spread(off, weights), _spread(tax, weights), strict=True):
        item["amount_discount"], item["amount_tax"] = less, more
        item["amount_total"] = item["amount_subtotal"] - less + (more if on_top else 0)
    shipping = (session["shipping_cost"] or {}).get("amount_total", 0)
    session["total_details"] |= {
        "amount_discount": off,
        "amount_shipping": shipping,
        "amount_tax": tax,
    }
    total = subtotal - off + on_top + shipping
    check_amount(total, session["currency"], "line_items[0][price_data][unit_amount]")
    session |= {"amount_subtotal": subtotal, "amount_total": total}


def _tax(items: list[Json], net: int) -> tuple[int, int]:
    """Return the tax on a net amount, and how much of it comes on top of the prices."""
    if all(item.get("_tax_behavior") == "inclusive" for item in items):
        return net - net * 100 // (100 + TAX_PERCENT), 0
    tax = net * TAX_PERCENT // 100
    return tax, tax


def _spread(amount: int, weights: list[int]) -> list[int]:
    """Part an amount by weight; the last part takes what rounding leaves."""
    whole = sum(weights) or 1
    parts = [amount * weight // whole for weight in weights]
    parts[-1] += amount - sum(parts)
    return parts
