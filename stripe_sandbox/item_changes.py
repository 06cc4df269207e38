"""A subscription's items: added, changed, taken away; what that costs until the period ends."""

from __future__ import annotations

import copy

from . import (
    catalog,
    invoice_items,
    invoices,
    periods,
    prorations,
    subscription_ends,
    subscription_shapes,
    tax_rates,
)
from . import subscriptions as subs
from .errors import invalid, missing, no_such
from .forms import boolean, count, integer, metadata
from .money import check_size
from .store import Json, shown
from .unmodelled import not_modelled
from .world import Call

_RHYTHM = ("interval", "interval_count")


def update(call: Call, thing: Json, params: Json) -> None:
    """Change items, and bill what that costs as `proration_behavior` says. Raises ApiError."""
    before = shown(thing)["items"]["data"]
    change(call, thing, params)
    bill(call, thing, params, before)


def bill(call: Call, thing: Json, params: Json, before: list[Json]) -> None:
    """Invoice the change of items now, or let the next invoice take it along."""
    lines, owed = due(call, thing, params, before)
    for item in owed:
        call.emit("invoiceitem.created", call.store.put(item))
    if lines or (owed and params.get("proration_behavior") == "always_invoice"):
        items = invoice_items.of_subscription(call, thing) if owed else []
        totals = invoices.total_of(call, thing, lines, items)
        invoice = invoices.make(call, thing, "subscription_update", totals, lines, items=items)
        subs.collect(call, thing, invoice)


def due(call: Call, thing: Json, params: Json, before: list[Json]) -> tuple[list[Json], list[Json]]:
    """Return lines that are due at once, and prorations that are not kept yet. Raises ApiError."""
    if thing["status"] == "trialing":
        return [], []
    at = _date(call, params, before[0])
    resets = _rhythm(before) != _rhythm(thing["items"]["data"])
    silent = params.get("proration_behavior") == "none"
    owed = [] if silent else prorations.of_change(call, thing, before, at, debits=not resets)
    if not resets:
        return [], owed
    _begin_again(call, thing)
    return subs.lines(call, thing), owed


def _date(call: Call, params: Json, item: Json) -> int:
    at = integer(params, "proration_date", default=call.store.now()) or 0
    if not item["current_period_start"] <= at <= item["current_period_end"]:
        raise invalid(
            "proration_date", "Cannot specify proration date outside of current subscription period"
        )
    return at


def _rhythm(items: list[Json]) -> list[object]:
    return [items[0]["price"]["recurring"][name] for name in _RHYTHM]


def _begin_again(call: Call, thing: Json) -> None:
    """Begin a period now: another rhythm moves the day that is billed on."""
    now = call.store.now()
    for item in thing["items"]["data"]:
        item["current_period_start"] = now
        item["current_period_end"] = periods.end_of(now, 1, item["price"]["recurring"])
    end = thing["items"]["data"][0]["current_period_end"]
    thing |= {"billing_cycle_anchor": now, "_turn": 1, "_due": end}
    subscription_ends.follow_period(thing)


def change(call: Call, thing: Json, params: Json, where: str = "items") -> None:
    """Write down other prices and quantities. Raises ApiError."""
    given = params["items"]
    for place, one in enumerate(given if isinstance(given, list) else []):
        at = f"{where}[{place}]"
        if "id" in one:
            _change_item(call, thing, one, at)
        else:
            _add_item(call, thing, one, at)
    items = thing["items"]["data"]
    prices = [item["price"]["id"] for item in items]
    for twice in (price for price in prices if prices.count(price) > 1):
        raise catalog.sold_already(twice, f"{where}[{len(given) - 1}]")
    if not items:
        raise invalid(where, "A subscription must have at least one active item.")
    if any(_rhythm([item]) != _rhythm(items) for item in items):
        raise not_modelled(f"{where}[0][price]")
    owed = sum(item["price"]["unit_amount"] * item["quantity"] for item in items)
    check_size(owed, thing["currency"], where)


def _change_item(call: Call, thing: Json, change: Json, at: str) -> None:
    items = thing["items"]["data"]
    item = next((one for one in items if one["id"] == change["id"]), None)
    if item is None:
        raise no_such("subscription_item", str(change["id"]), param=f"{at}[id]")
    if boolean(change, "deleted"):
        items.remove(item)
        return
    if "price" in change or "price_data" in change:
        price = _price(call, thing, change, at)
        item |= {"price": shown(price), "plan": subscription_shapes.plan(price)}
    item["quantity"] = count(change, "quantity", default=item["quantity"], where=f"{at}[quantity]")
    rates = tax_rates.named(call, change, "tax_rates", at)
    item["tax_rates"] = item["tax_rates"] if rates is None else rates
    item["metadata"] = metadata(change, item["metadata"])


def _add_item(call: Call, thing: Json, change: Json, at: str) -> None:
    price = _price(call, thing, change, at)
    line = {
        "price": price["id"],
        "quantity": count(change, "quantity", where=f"{at}[quantity]"),
        "_recurring": price["recurring"],
    }
    first = thing["items"]["data"][0]
    made = subscription_shapes.item(call, thing["id"], line, first["current_period_end"])
    rates = tax_rates.named(call, change, "tax_rates", at) or []
    thing["items"]["data"].append(made | {"metadata": metadata(change), "tax_rates": rates})


def _price(call: Call, thing: Json, change: Json, at: str) -> Json:
    price = catalog.price_of_line(call, change, at)
    if price["recurring"] is None:
        raise invalid(f"{at}[price]", "A subscription takes recurring prices only.")
    if price["currency"] != thing["currency"]:
        raise invalid(f"{at}[price]", "All prices must have the currency of the subscription.")
    return price


def add(call: Call) -> Json:
    """Add an item to a subscription. Raises ApiError."""
    if "subscription" not in call.params:
        raise missing("subscription")
    name = call.params["subscription"]
    thing = call.world.need(name, "subscription", param="subscription")
    changed = _one(call, thing, {})
    return dict(changed["items"]["data"][-1])


def change_one(call: Call, name: str) -> Json:
    thing = _one(call, _owner(call, name), {"id": name})
    return next(dict(item) for item in thing["items"]["data"] if item["id"] == name)


def take_away(call: Call, name: str) -> Json:
    _one(call, _owner(call, name), {"id": name, "deleted": "true"})
    return {"id": name, "object": "subscription_item", "deleted": True}


def _one(call: Call, kept: Json, named: Json) -> Json:
    """Change one item as a change of the whole subscription would. Raises ApiError."""
    subscription_ends.refuse_ended(kept)
    thing, before = copy.deepcopy(kept), shown(kept)
    update(call, thing, {**call.params, "items": [{**call.params, **named}]})
    call.emit_changes("customer.subscription.updated", call.store.put(thing), before)
    return thing


def _owner(call: Call, name: str) -> Json:
    for thing in call.store.newest("subscription"):
        if any(item["id"] == name for item in thing["items"]["data"]):
            return thing
    raise no_such("subscription_item", name)
