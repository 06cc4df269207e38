"""Line items: what is bought, at which price, how many times."""

from __future__ import annotations

from . import shapes, tax_rates
from .catalog import check_rhythm, price_of_line
from .errors import invalid, missing
from .forms import boolean, count, integer, metadata, table
from .store import Json
from .world import Call

_MOST, _USUAL_MOST = 999_999, 99  # of an adjustable quantity


def read(call: Call, given: object) -> list[Json]:
    """Read line items. Raises ApiError."""
    if not isinstance(given, list) or not given:
        raise missing("line_items")
    items = [line(call, item, f"line_items[{place}]") for place, item in enumerate(given)]
    if len({item["currency"] for item in items}) > 1:
        raise invalid("line_items", "All line items must have the same currency.")
    for place, item in enumerate(items):
        check_rhythm(item, items[:place], f"line_items[{place}]")
    return items


def line(call: Call, given: object, where: str) -> Json:
    """Read one line. Raises ApiError."""
    if not isinstance(given, dict):
        raise invalid(where, "Invalid object")
    price = price_of_line(call, given, where)
    quantity = count(given, "quantity", least=1, where=f"{where}[quantity]")
    amount = price["unit_amount"] * quantity
    product = call.store.get(price["product"], "product") or {}
    item = shapes.line_item(
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=0,
        amount_total=amount,
        currency=price["currency"],
        description=product.get("name"),
        price=price["id"],
        quantity=quantity,
        adjustable_quantity=adjustable(given, where),
        metadata=metadata(given) or None,
    )
    item["_unit_amount"] = price["unit_amount"]
    item["_recurring"] = price["recurring"]
    item["_tax_behavior"] = price["tax_behavior"]
    item["_rates"] = tax_rates.named(call, given, "tax_rates", where) or []
    return item


def adjustable(given: Json, where: str) -> Json | None:
    """Read how far a quantity may be changed. Raises ApiError."""
    said = table(given, "adjustable_quantity")
    if not said:
        return None
    at = f"{where}[adjustable_quantity]"
    least = integer(said, "minimum", default=0, where=f"{at}[minimum]") or 0
    most = integer(said, "maximum", default=_USUAL_MOST, where=f"{at}[maximum]") or 0
    if not 0 <= least <= most <= _MOST or not most:
        raise invalid(f"{at}[maximum]", f"Must be from the minimum to {_MOST}.")
    return {"enabled": bool(boolean(said, "enabled")), "minimum": least, "maximum": most}
