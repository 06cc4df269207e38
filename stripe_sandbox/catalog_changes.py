"""What becomes of products, prices, coupons and shipping rates after they were made."""

from __future__ import annotations

from . import catalog, redemptions, totals
from .errors import ApiError, invalid
from .forms import boolean, metadata, text
from .store import Json, shown
from .world import Call


def update_product(call: Call, product: Json) -> Json:
    """Change a product, and tell of it. Raises ApiError."""
    params, before = call.params, shown(product)
    product |= catalog.product_fields(params)
    if "name" in params:
        product["name"] = params["name"]
    if "default_price" in params:
        price = call.world.need(params["default_price"], "price", param="default_price")
        if price["product"] != product["id"]:
            raise invalid("default_price", f"{price['id']} is a price of another product.")
        product["default_price"] = price["id"]
    product["metadata"] = metadata(params, product["metadata"])
    return _told(call, product, before)


def delete_product(call: Call, product: Json) -> Json:
    """Delete a product that nothing is sold of. Raises ApiError."""
    if any(price["product"] == product["id"] for price in call.store.newest("price")):
        raise ApiError(
            "This product cannot be deleted because it has one or more user-created prices."
        )
    return _deleted(call, product)


def update_price(call: Call, price: Json) -> Json:
    """Change how a price is found and whether it is used: never what it costs. Raises ApiError."""
    params, before = call.params, shown(price)
    active = boolean(params, "active")
    price["active"] = price["active"] if active is None else active
    if params.get("tax_behavior", price["tax_behavior"]) != price["tax_behavior"]:
        if price["tax_behavior"] != "unspecified":
            raise invalid("tax_behavior", "The tax behavior of a price is set only once.")
        price["tax_behavior"] = params["tax_behavior"]
    if "nickname" in params:
        price["nickname"] = text(params, "nickname")
    catalog.take_lookup_key(call, price)
    price["metadata"] = metadata(params, price["metadata"])
    return _told(call, price, before)


def update_coupon(call: Call, coupon: Json) -> Json:
    """Change how a coupon is called: never what it takes off."""
    params, before = call.params, shown(coupon)
    if "name" in params:
        coupon["name"] = text(params, "name")
    coupon["metadata"] = metadata(params, coupon["metadata"])
    return _told(call, coupon, before)


def delete_coupon(call: Call, coupon: Json) -> Json:
    """Delete a coupon; sessions it was used in keep what it took off."""
    redemptions.stop_codes(call, coupon)
    return _deleted(call, coupon)


def create_shipping_rate(call: Call) -> Json:
    """Make a way to ship that sessions and Payment Links name. Raises ApiError."""
    currency = (call.params.get("fixed_amount") or {}).get("currency")
    return totals.shipping_rate(call, call.params, currency, "")


def update_rate(call: Call, rate: Json) -> Json:
    """Change whether a rate is offered, and its notes; no event tells. Raises ApiError."""
    active = boolean(call.params, "active")
    rate["active"] = rate["active"] if active is None else active
    rate["metadata"] = metadata(call.params, rate["metadata"])
    return call.store.put(rate)


def _told(call: Call, thing: Json, before: Json) -> Json:
    if thing["object"] == "product":
        thing["updated"] = call.store.now()
    changed = {name: value for name, value in before.items() if thing[name] != value}
    if set(changed) - {"updated"}:
        call.emit(f"{thing['object']}.updated", thing, changed)
    return call.store.put(thing)


def _deleted(call: Call, thing: Json) -> Json:
    call.store.drop(thing["id"], thing["object"])
    call.emit(f"{thing['object']}.deleted", thing)
    return {"id": thing["id"], "object": thing["object"], "deleted": True}
