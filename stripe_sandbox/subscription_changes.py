"""What is changed of a subscription that goes on: its items, its trial, its end, its payment."""

from __future__ import annotations

from . import catalog, subscription_shapes, subscription_starts
from . import subscriptions as subs
from .errors import invalid, no_such
from .forms import boolean, integer, metadata
from .store import Json, shown
from .unmodelled import not_modelled
from .world import Call


def update(call: Call, thing: Json) -> Json:
    """Change a subscription and tell of it. Raises ApiError."""
    subs.refuse_ended(thing)
    params, before = call.params, shown(thing)
    ending = False if "cancel_at" in params else boolean(params, "cancel_at_period_end")
    if ending is not None:
        subs.end_with_period(call, thing, ending=ending)
    if "description" in params:
        thing["description"] = params["description"] or None
    subs.say_why(thing, params)
    if "default_payment_method" in params:
        thing |= subs.method_of(call, thing, params["default_payment_method"])
    thing["metadata"] = metadata(params, thing["metadata"])
    behavior = thing["trial_settings"]["end_behavior"]
    said = subscription_starts.without_method(params, behavior["missing_payment_method"])
    behavior["missing_payment_method"] = said
    if "items" in params:
        _change_items(call, thing)
    if "trial_end" in params:
        _end_trial(call, thing)
    call.emit_changes("customer.subscription.updated", thing, before)
    return call.store.put(thing)


def _change_items(call: Call, thing: Json) -> None:
    """Change prices and quantities from the next period on: parts of one are not modelled."""
    if call.params.get("proration_behavior") != "none":
        raise not_modelled("proration_behavior")
    given = call.params["items"]
    for place, change in enumerate(given if isinstance(given, list) else []):
        at = f"items[{place}]"
        if "id" in change:
            _change_item(call, thing, change, at)
        else:
            _add_item(call, thing, change, at)
    if not thing["items"]["data"]:
        raise invalid("items", "A subscription must have at least one active item.")


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
    item["quantity"] = integer(change, "quantity", default=item["quantity"])
    item["metadata"] = metadata(change, item["metadata"])


def _add_item(call: Call, thing: Json, change: Json, at: str) -> None:
    price = _price(call, thing, change, at)
    line = {
        "price": price["id"],
        "quantity": integer(change, "quantity", default=1),
        "_recurring": price["recurring"],
    }
    first = thing["items"]["data"][0]
    made = subscription_shapes.item(call, thing["id"], line, first["current_period_end"])
    thing["items"]["data"].append(made | {"metadata": metadata(change)})


def _price(call: Call, thing: Json, change: Json, at: str) -> Json:
    """Find a price of the same rhythm; another one would move the periods. Raises ApiError."""
    price = catalog.price_of_line(call, change, at)
    if price["recurring"] is None:
        raise invalid(f"{at}[price]", "A subscription takes recurring prices only.")
    if price["currency"] != thing["currency"]:
        raise invalid(f"{at}[price]", "All prices must have the currency of the subscription.")
    rhythm = thing["items"]["data"][0]["price"]["recurring"] if thing["items"]["data"] else None
    alike = ("interval", "interval_count")
    if rhythm and any(price["recurring"][name] != rhythm[name] for name in alike):
        raise not_modelled(f"{at}[price]")
    return price


def _end_trial(call: Call, thing: Json) -> None:
    """End a trial now, or at another time. Raises ApiError."""
    now = call.store.now()
    if thing["status"] != "trialing":
        raise not_modelled("trial_end")
    end = subscription_starts.trial_end(call) or now
    thing |= {"trial_end": end, "billing_cycle_anchor": end}
    for item in thing["items"]["data"]:
        item["current_period_end"] = end
    thing["_due"] = max(now, end - 3 * 86_400)
    if end == now:
        subs.turn(call, call.store.put(thing))
