"""Plans, what prices were before: each is a recurring price in older words."""

from __future__ import annotations

from . import catalog, catalog_changes, lists
from .errors import no_such
from .forms import table
from .store import Json
from .subscription_shapes import plan as _shown
from .unmodelled import not_modelled
from .world import Call

_KIND, _URL = "price", "/v1/plans"
_ALIKE = ("active", "currency", "metadata", "nickname")


def create(call: Call) -> Json:
    """Make a recurring price, and its product if that is described. Raises ApiError."""
    given = call.params
    said = {name: given[name] for name in _ALIKE if name in given}
    said |= {f"unit_{name}": given[name] for name in ("amount", "amount_decimal") if name in given}
    names = ("interval", "interval_count")
    said["recurring"] = {name: given[name] for name in names if name in given}
    if isinstance(given.get("product"), dict):
        said["product_data"] = table(given, "product")
        if "tax_details" in said["product_data"]:
            raise not_modelled("product[tax_details]")
    elif "product" in given:
        said["product"] = given["product"]
    price = catalog.create_price(call, said)
    call.emit("plan.created", _shown(price))
    return _shown(price)


def show(call: Call, name: str) -> Json:
    return _shown(_price(call, name))


def listed(call: Call) -> Json:
    page = lists.page(call, _KIND, _URL, fields=("active", "product"), more=[_is_plan])
    return page | {"data": [_shown(price) for price in page["data"]]}


def update(call: Call, name: str) -> Json:
    """Change how a plan is called and whether it is sold. Raises ApiError."""
    price = _price(call, name)
    before = _shown(price)
    after = _shown(catalog_changes.update_price(call, price))
    call.emit_changes("plan.updated", after, before)
    return after


def delete(call: Call, name: str) -> Json:
    """Take a plan away; what was sold by it goes on. Raises ApiError."""
    price = _price(call, name)
    price |= {"active": False, "_no_plan": True}
    call.emit("plan.deleted", _shown(call.store.put(price)))
    return {"id": name, "object": "plan", "deleted": True}


def _price(call: Call, name: str) -> Json:
    price = call.store.get(name, _KIND)
    if price is None or not _is_plan(price):
        raise no_such("plan", name)
    return price


def _is_plan(price: Json) -> bool:
    return price["recurring"] is not None and "_no_plan" not in price
