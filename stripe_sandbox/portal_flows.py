"""Flows of the customer portal: one thing that a customer is sent there to do, and its doing."""

from __future__ import annotations

from dataclasses import replace

from . import shapes, subscription_changes
from .errors import ApiError, invalid, missing
from .forms import count, table
from .store import Json
from .unmodelled import not_modelled
from .world import Call

_CANCEL, _CONFIRM = "subscription_cancel", "subscription_update_confirm"
_MODELLED = (_CANCEL, _CONFIRM)
_AFTER = ("hosted_confirmation", "portal_homepage", "redirect")


def read(call: Call, customer: Json) -> Json | None:
    """Read what the customer is to do. Raises ApiError."""
    given = table(call.params, "flow_data")
    if not given:
        return None
    kind = given.get("type")
    if kind is None:
        raise missing("flow_data[type]")
    if kind not in _MODELLED:
        raise not_modelled("flow_data[type]")
    flow = shapes.nulls("customer_update", _CANCEL, "subscription_update", _CONFIRM)
    at = f"flow_data[{kind}]"
    said = table(given, kind)
    thing = _subscription(call, said, customer, at)
    told: Json = {"subscription": thing["id"]}
    if kind == _CANCEL:
        if thing["cancel_at_period_end"]:
            name = thing["id"]
            raise invalid(f"{at}[subscription]", f"{name} is already set to be canceled.")
        told["retention"] = None
    else:
        told |= {"discounts": None, "items": _items(call, said, thing, at)}
    return flow | {"type": kind, kind: told, "after_completion": _after(given)}


def _subscription(call: Call, given: Json, customer: Json, at: str) -> Json:
    name = given.get("subscription")
    if name is None:
        raise missing(f"{at}[subscription]")
    thing = call.world.need(name, "subscription", param=f"{at}[subscription]")
    if thing["customer"] != customer["id"]:
        raise invalid(f"{at}[subscription]", f"{name} does not belong to {customer['id']}.")
    if thing["status"] not in ("active", "past_due", "trialing"):
        raise invalid(f"{at}[subscription]", f"{name} is {thing['status']}.")
    return thing


def _items(call: Call, given: Json, thing: Json, at: str) -> list[Json]:
    """Read what of a subscription is to change: one item, as in the portal. Raises ApiError."""
    items = given.get("items")
    if not isinstance(items, list) or len(items) != 1:
        raise invalid(f"{at}[items]", "You can update one item of a subscription in the portal.")
    item, at = items[0], f"{at}[items][0]"
    known = {one["id"]: one for one in thing["items"]["data"]}
    if item.get("id") not in known:
        raise invalid(f"{at}[id]", f"{thing['id']} has no item {item.get('id')}.")
    kept = known[item["id"]]
    price = item.get("price", kept["price"]["id"])
    call.world.need(price, "price", param=f"{at}[price]")
    quantity = count(item, "quantity", default=kept["quantity"], least=1, where=f"{at}[quantity]")
    if (price, quantity) == (kept["price"]["id"], kept["quantity"]):
        raise invalid(at, "There is nothing to confirm: the subscription has these items already.")
    return [{"id": item["id"], "price": price, "quantity": quantity}]


def _after(given: Json) -> Json:
    said = table(given, "after_completion")
    kind = said.get("type", "portal_homepage")
    if kind not in _AFTER:
        raise invalid("flow_data[after_completion][type]", f"Invalid type: {kind}")
    confirmation, back = table(said, "hosted_confirmation"), table(said, "redirect")
    if kind == "redirect" and "return_url" not in back:
        raise missing("flow_data[after_completion][redirect][return_url]")
    return {
        "hosted_confirmation": {"custom_message": confirmation.get("custom_message")}
        if kind == "hosted_confirmation"
        else None,
        "redirect": {"return_url": back["return_url"]} if kind == "redirect" else None,
        "type": kind,
    }


def complete(call: Call, session: Json) -> None:
    """Do what the customer was sent to the portal for, once. Raises ApiError."""
    flow = session["flow"]
    if flow is None or session.get("_done"):
        raise ApiError("There is nothing to confirm at this portal session.")
    told = flow[flow["type"]]
    if flow["type"] == _CANCEL:
        changes: Json = {"cancel_at_period_end": "true"}
    else:
        items = [item | {"quantity": str(item["quantity"])} for item in told["items"]]
        rules = call.world.need(session["configuration"], "billing_portal.configuration")
        behavior = rules["features"]["subscription_update"]["proration_behavior"]
        changes = {"items": items, "proration_behavior": behavior}
    thing = call.world.need(told["subscription"], "subscription")
    subscription_changes.update(replace(call, params=changes), thing)
    session["_done"] = True
    call.store.put(session)


def way_back(call: Call, session: Json) -> str | None:
    """Return where a customer goes who has done what the session was for."""
    redirect = ((session["flow"] or {}).get("after_completion") or {}).get("redirect")
    if redirect and session.get("_done"):
        return str(redirect["return_url"])
    settings = call.store.get(session["configuration"]) or {}
    return session["return_url"] or settings.get("default_return_url")
