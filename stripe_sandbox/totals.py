"""What a session comes to: line items less discounts, plus shipping and tax."""

from __future__ import annotations

from . import breakdowns, sums, tax_rates
from .errors import invalid, missing
from .forms import boolean, integer, metadata, table
from .money import check_currency, check_total
from .session_modes import is_managed
from .store import Json, new_id
from .world import Call

TAX_PERCENT = 10  # of what is left after discounts, wherever the buyer lives


def begin(call: Call, session: Json, params: Json) -> None:
    """Note what a new session asks for beside its line items. Raises ApiError."""
    managed = is_managed(params)
    if managed or boolean(table(params, "automatic_tax"), "enabled"):
        session["automatic_tax"] |= {
            "enabled": True,
            "liability": None if managed else {"type": "self"},
            "provider": "stripe",
            "status": "requires_location_inputs",
        }
        session["_automatic"] = tax_rates.automatic(call, TAX_PERCENT)
    for name in ("adaptive_pricing", "managed_payments"):
        if name in params:
            session[name] = {"enabled": bool(boolean(table(params, name), "enabled"))}
    _ship(call, session, params.get("shipping_options"))


def _ship(call: Call, session: Json, options: object) -> None:
    if options is None:
        return
    if session["mode"] != "payment":
        raise invalid("shipping_options", "`shipping_options` is only allowed in `payment` mode.")
    if not isinstance(options, list) or not all(isinstance(option, dict) for option in options):
        raise invalid("shipping_options", "Invalid array")
    rates = [_rate(call, option, session["currency"], n) for n, option in enumerate(options)]
    session["shipping_options"] = [
        {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]}
        for rate in rates
    ]
    session["_shipping_tax"] = {rate["id"]: rate["tax_behavior"] for rate in rates}
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


def _rate(call: Call, option: Json, currency: str, place: int) -> Json:
    where = f"shipping_options[{place}]"
    if "shipping_rate" in option:
        at = f"{where}[shipping_rate]"
        rate = call.world.need(option["shipping_rate"], "shipping_rate", param=at)
        if rate["fixed_amount"]["currency"] != currency:
            raise invalid(at, "Shipping has the session's currency.")
        return rate
    data = table(option, "shipping_rate_data")
    return shipping_rate(call, data, currency, f"{where}[shipping_rate_data]")


def shipping_rate(call: Call, data: Json, currency: object, where: str) -> Json:
    """Make a way to ship. Raises ApiError."""
    at = f"{where}[fixed_amount]" if where else "fixed_amount"
    if not isinstance(data.get("display_name"), str):
        raise missing(f"{where}[display_name]" if where else "display_name")
    fixed = table(data, "fixed_amount")
    amount = integer(fixed, "amount", where=f"{at}[amount]")
    if amount is None:
        raise missing(f"{at}[amount]")
    if amount < 0:
        told = "Invalid non-negative integer"
        raise invalid(f"{at}[amount]", told, "parameter_invalid_integer")
    currency = check_currency(currency, f"{at}[currency]")
    if check_currency(fixed.get("currency", currency)) != currency:
        raise invalid(f"{at}[currency]", "Shipping has the session's currency.")
    own = {"amount": amount, "tax_behavior": "unspecified"}
    return call.store.put(
        {
            "delivery_estimate": _estimate(data),
            "tax_behavior": data.get("tax_behavior", "unspecified"),
            "tax_code": data.get("tax_code"),
            "id": new_id("shr"),
            "object": "shipping_rate",
            "active": True,
            "created": call.store.now(),
            "display_name": data["display_name"],
            "fixed_amount": {"amount": amount, "currency": currency},
            "livemode": False,
            "metadata": metadata(data),
            "type": "fixed_amount",
            "_expanded": {"fixed_amount.currency_options": {currency: own}},
        }
    )


def _estimate(data: Json) -> Json | None:
    """Read how long shipping takes: whole numbers of a unit, either end may be left out."""
    given = table(data, "delivery_estimate")
    if not given:
        return None
    ends = {end: table(given, end) for end in ("maximum", "minimum")}
    return {
        end: {"unit": said["unit"], "value": integer(said, "value")} if said else None
        for end, said in ends.items()
    }


def know_the_place(session: Json) -> None:
    """Take the buyer's address as given: now the tax can be told."""
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
        recount(session)


def recount(session: Json) -> None:
    """Write what the session and each of its items come to."""
    items = session["_items"]
    for item in items:
        due, of = item.get("_part") or (1, 1)
        item["amount_subtotal"] = item["_unit_amount"] * item["quantity"] * due // of
    subtotal = sum(item["amount_subtotal"] for item in items)
    off = min(subtotal, session.get("_amount_off", 0))
    # A percentage has up to four decimals; amounts are whole numbers, never floats.
    ten_thousandths = round(session.get("_percent_off", 0) * 10_000)
    off += (subtotal - off) * ten_thousandths // 1_000_000
    for item, less in zip(items, _spread(off, items), strict=True):
        item["amount_discount"] = less
        item["amount_tax"], item["amount_total"] = 0, item["amount_subtotal"] - less
        item["taxes"] = []
        _by_own_rates(item)
    if session["automatic_tax"]["status"] == "complete":
        for inclusive in (True, False):
            alike = [i for i in items if _is_inclusive(i["_tax_behavior"]) is inclusive]
            _tax(alike, session["_automatic"][inclusive])
    shipping, shipping_tax = _shipping(session)
    session["total_details"] |= {
        "amount_discount": off,
        "amount_shipping": (session["shipping_cost"] or {}).get("amount_subtotal", 0),
        "amount_tax": sum(item["amount_tax"] for item in items) + shipping_tax,
    }
    session["_expanded"] = {"total_details.breakdown": breakdowns.of(session)}
    total = sum(item["amount_total"] for item in items) + shipping
    at = "discounts" if off else "line_items[0][price_data][unit_amount]"
    check_total(total, session["currency"], at)
    session |= {"amount_subtotal": subtotal, "amount_total": total}


def _is_inclusive(behavior: str) -> bool:
    return behavior == "inclusive"


def _by_own_rates(item: Json) -> None:
    """Tax an item by the rates that it was given."""
    net = item["amount_total"]
    for rate in item.get("_rates") or ():
        tax = sums.tax_of(net, rate)
        item["taxes"].append(_shown_tax(tax, rate, net))
        item["amount_tax"] += tax
        item["amount_total"] += 0 if rate["inclusive"] else tax


def _shown_tax(tax: int, rate: Json, net: int) -> Json:
    taxable = net - tax if rate["inclusive"] else net
    return {
        "amount": tax, "rate": rate, "taxability_reason": "standard_rated",
        "taxable_amount": taxable,
    }  # fmt: skip


def _tax(items: list[Json], rate: Json) -> None:
    """Tax items of one kind together: each shows its share, inside its price or on top of it."""
    net = sum(item["amount_total"] for item in items)
    if not items:
        return
    inclusive = rate["inclusive"]
    tax = _inside(net) if inclusive else net * TAX_PERCENT // 100
    for item, more in zip(items, _spread(tax, items), strict=True):
        item["amount_tax"] = more
        item["taxes"] = [_shown_tax(more, rate, item["amount_total"])]
        item["amount_total"] += 0 if inclusive else more


def _inside(amount: int) -> int:
    return amount - amount * 100 // (100 + TAX_PERCENT)


def _shipping(session: Json) -> tuple[int, int]:
    """Return what shipping costs and the tax that is in it; untaxed unless it says how."""
    cost = session["shipping_cost"]
    if cost is None:
        return 0, 0
    behavior = session.get("_shipping_tax", {}).get(cost["shipping_rate"])
    amount, tax = cost["amount_subtotal"], 0
    taxed = session["automatic_tax"]["status"] == "complete"
    if taxed and behavior in ("exclusive", "inclusive"):
        inclusive = _is_inclusive(behavior)
        tax = _inside(amount) if inclusive else amount * TAX_PERCENT // 100
        cost["taxes"] = [_shown_tax(tax, session["_automatic"][inclusive], amount)]
        amount += 0 if inclusive else tax
    cost |= {"amount_tax": tax, "amount_total": amount}
    return amount, tax


def _spread(amount: int, items: list[Json]) -> list[int]:
    """Part an amount by weight; the last part takes what rounding leaves."""
    weights = [item["amount_subtotal"] for item in items]
    whole = sum(weights) or 1
    parts = [amount * weight // whole for weight in weights]
    parts[-1] += amount - sum(parts)
    return parts
