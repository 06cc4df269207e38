"""Products and Prices."""

from __future__ import annotations

from . import catalog_shapes as shapes
from .errors import invalid, missing
from .forms import boolean, integer, metadata, table, text
from .money import check_amount, check_currency
from .store import Json
from .world import Call


def create_product(call: Call, given: Json | None = None, where: str = "") -> Json:
    data = call.params if given is None else given
    name = text(data, "name", where=f"{where}[name]" if where else "")
    if not name:
        raise missing(f"{where}[name]" if where else "name")
    named = text(data, "id")
    if named:
        call.world.check_free(named)
    thing = shapes.product(
        call.store,
        name=name,
        description=text(data, "description"),
        metadata=metadata(data),
        images=_images(data),
        tax_code=text(data, "tax_code"),
        unit_label=text(data, "unit_label"),
        **({"id": named} if named else {}),
    )
    return call.store.put(thing)


def _images(data: Json) -> list[str]:
    given = data.get("images") or []
    if not isinstance(given, list) or not all(isinstance(url, str) for url in given):
        raise invalid("images", "Invalid array")
    return given


def create_price(call: Call, given: Json | None = None, where: str = "") -> Json:
    data = call.params if given is None else given
    at = f"{where}[unit_amount]" if where else "unit_amount"
    if "currency" not in data:
        raise missing(f"{where}[currency]" if where else "currency")
    currency = check_currency(data["currency"])
    amount = integer(data, "unit_amount", where=at)
    if amount is None:
        raise missing(at)
    if amount < 0:
        raise invalid(at, "Invalid non-negative integer", "parameter_invalid_integer")
    check_amount(amount if amount >= 50 else 0, currency, at)  # noqa: PLR2004 - the total decides
    if "product" in data:
        product = call.world.need(data["product"], "product", param="product")
    elif "product_data" in data:
        product = create_product(
            call, table(data, "product_data"), f"{where}[product_data]" if where else "product_data"
        )
    else:
        raise missing(f"{where}[product]" if where else "product")
    active = boolean(data, "active")
    thing = shapes.price(
        call.store,
        currency=currency,
        unit_amount=amount,
        product=product["id"],
        recurring=_recurring(data),
        tax_behavior=data.get("tax_behavior", "unspecified"),
        metadata=metadata(data),
        active=True if active is None else active,
    )
    return call.store.put(thing)


def _recurring(data: Json) -> Json | None:
    given = table(data, "recurring")
    if not given:
        return None
    if given.get("interval") not in ("day", "week", "month", "year"):
        raise invalid("recurring[interval]", "Invalid interval")
    return {
        "interval": given["interval"],
        "interval_count": integer(given, "interval_count", default=1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def price_of_line(call: Call, given: Json, where: str) -> Json:
    """Find or make the price of a line item."""
    if "price" in given:
        price = call.world.need(given["price"], "price", param=f"{where}[price]")
        if not price["active"]:
            raise invalid(f"{where}[price]", "The price specified is inactive.")
        return price
    data = table(given, "price_data")
    if not data:
        raise missing(f"{where}[price]")
    return create_price(call, data, f"{where}[price_data]")
