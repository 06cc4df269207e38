"""Products and Prices."""

from __future__ import annotations

from collections.abc import Iterable

from . import catalog_shapes as shapes
from .errors import ApiError, invalid, missing
from .forms import boolean, count, integer, metadata, only_one, table, text
from .money import check_amount, check_currency
from .store import Json
from .unmodelled import not_modelled
from .world import Call

_IN_THREE_YEARS = {"day": 1095, "week": 156, "month": 36, "year": 3}
_TEXTS = ("description", "statement_descriptor", "tax_code", "unit_label", "url")


def create_product(call: Call, given: Json | None = None, where: str = "") -> Json:
    data = call.params if given is None else given
    name = text(data, "name", where=f"{where}[name]" if where else "")
    if not name:
        raise missing(f"{where}[name]" if where else "name")
    named = text(data, "id")
    if named:
        call.world.check_free(named, "product")
    thing = shapes.product(
        call.store,
        name=name,
        metadata=metadata(data),
        **product_fields(data),
        **({"id": named} if named else {}),
    )
    call.store.put(thing)
    if "default_price_data" in data:
        inner = {**table(data, "default_price_data"), "product": thing["id"]}
        thing["default_price"] = create_price(call, inner, "default_price_data")["id"]
    call.store.put(thing)
    if not where:  # what a session or a link brings along is made in silence
        call.emit("product.created", thing)
    return thing


def product_fields(data: Json) -> Json:
    """Read what is said of a product beside its name. Raises ApiError."""
    said: Json = {name: text(data, name) for name in _TEXTS if name in data}
    for name in ("active", "shippable"):
        if data.get(name):
            said[name] = boolean(data, name)
    if "images" in data:
        said["images"] = _images(data)
    if "marketing_features" in data:
        said["marketing_features"] = data["marketing_features"] or []
    if "package_dimensions" in data:
        given = table(data, "package_dimensions")
        said["package_dimensions"] = {key: float(value) for key, value in given.items()} or None
    if "type" in data:
        said["type"] = data["type"]
    return said


def _images(data: Json) -> list[str]:
    given = data.get("images") or []
    if not isinstance(given, list) or not all(isinstance(url, str) for url in given):
        raise invalid("images", "Invalid array")
    return given


_TWICE = (("product", "product_data"), ("unit_amount", "unit_amount_decimal"))


def create_price(call: Call, given: Json | None = None, where: str = "") -> Json:
    data = call.params if given is None else given
    at = f"{where}[unit_amount]" if where else "unit_amount"
    for twice in _TWICE:
        only_one(data, *twice, where=where)
    if "currency" not in data:
        raise missing(f"{where}[currency]" if where else "currency")
    currency = check_currency(data["currency"])
    amount = integer(data, "unit_amount", where=at)
    if "unit_amount_decimal" in data:
        amount = _whole(data["unit_amount_decimal"], f"{at}_decimal")
    if amount is None:
        raise missing(at)
    if amount < 0:
        raise invalid(at, "Invalid non-negative integer", "parameter_invalid_integer")
    check_amount(amount if amount >= 50 else 0, currency, at)  # noqa: PLR2004 - the total decides
    product = _product(call, data, where)
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
        nickname=text(data, "nickname"),
    )
    if not where:
        take_lookup_key(call, thing)
    call.store.put(thing)
    if where in ("", "default_price_data"):
        call.emit("price.created", thing)
    return thing


def _product(call: Call, data: Json, where: str) -> Json:
    """Find or make what a price is of. Raises ApiError."""
    if "product" in data:
        return call.world.need(data["product"], "product", param="product")
    at = f"{where}[product_data]" if where else "product_data"
    if "product_data" in data:
        return create_product(call, table(data, "product_data"), at)
    raise missing(at.replace("product_data", "product"))


def _whole(text: str, at: str) -> int:
    """Read a decimal that is a whole number; parts of a cent are not modelled. Raises ApiError."""
    whole, _, part = text.partition(".")
    if part.strip("0"):
        raise not_modelled(at)
    return int(whole)


def take_lookup_key(call: Call, price: Json) -> None:
    """Give a price the key it is found by; another's only if it is to be handed over."""
    if "lookup_key" not in call.params:
        return
    key = text(call.params, "lookup_key")
    others = (one for one in call.store.newest("price") if one["id"] != price["id"])
    owner = next((one for one in others if key and one["lookup_key"] == key), None)
    if owner is not None and boolean(call.params, "transfer_lookup_key") is not True:
        raise invalid(
            "lookup_key",
            f"A price (`{owner['id']}`) already uses that lookup key. Pass "
            "`transfer_lookup_key=true` to transfer it.",
        )
    if owner is not None:
        call.store.put(owner | {"lookup_key": None})
    price["lookup_key"] = key


def rhythm(given: Json, where: str) -> Json:
    """Read how often something recurs: at least once in three years. Raises ApiError."""
    interval = given.get("interval")
    if not isinstance(interval, str) or interval not in _IN_THREE_YEARS:
        raise invalid(f"{where}[interval]", "Invalid interval")
    every = count(given, "interval_count", least=1, where=f"{where}[interval_count]")
    if every > _IN_THREE_YEARS[interval]:
        raise invalid(
            f"{where}[interval_count]",
            f"Prices recur at least every {_IN_THREE_YEARS[interval]} {interval}s.",
        )
    return {"interval": interval, "interval_count": every}


def _recurring(data: Json) -> Json | None:
    given = table(data, "recurring")
    if not given:
        return None
    return {
        **rhythm(given, "recurring"),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def price_of_line(call: Call, given: Json, where: str) -> Json:
    """Find or make the price of a line item. Raises ApiError."""
    only_one(given, "price", "price_data", where=where)
    if "price" in given:
        price = call.world.need(given["price"], "price", param=f"{where}[price]")
        if not price["active"]:
            raise invalid(f"{where}[price]", "The price specified is inactive.")
        return price
    data = table(given, "price_data")
    if not data:
        raise missing(f"{where}[price]")
    return create_price(call, data, f"{where}[price_data]")


def check_rhythm(line: Json, others: Iterable[Json], at: str) -> None:
    """Refuse a line that recurs otherwise than others: it would be billed as they are.

    Raises ApiError.
    """
    every = [one["_recurring"] for one in (*others, line) if one["_recurring"]]
    if len({(one["interval"], one["interval_count"]) for one in every}) > 1:
        raise not_modelled(f"{at}[price]")


def sold_already(price: str, at: str) -> ApiError:
    told = f"Cannot add multiple subscription items with the same plan: {price}"
    return invalid(f"{at}[price]", told)
