"""Changing a session: its metadata always, its items while they can be changed."""

from __future__ import annotations

from . import checkout, line_items, totals
from .errors import ApiError, invalid, no_such
from .forms import metadata
from .store import Json
from .ui_modes import ELEMENTS, FORM
from .unmodelled import not_modelled
from .world import Call

_MODELLED = ("line_items", "metadata")
_OF_AN_ITEM = ("id", "price", "price_data", "quantity")


def update(call: Call, session: Json) -> Json:
    for name in call.params:
        if name not in _MODELLED:
            raise not_modelled(name)
    changed = metadata(call.params, session["metadata"])
    if "line_items" in call.params:
        _change_items(call, session, call.params["line_items"])
    session["metadata"] = changed
    return call.store.put(session)


def _change_items(call: Call, session: Json, given: list[Json]) -> None:
    """Put these items in the place of the old ones; one that names its id is kept.

    Raises ApiError, and changes nothing then.
    """
    if session["ui_mode"] not in (ELEMENTS, FORM):
        raise invalid(
            "line_items",
            "You can only update `line_items` when `ui_mode` is `elements` or `form`.",
        )
    if session["status"] != "open":
        raise ApiError(
            f"This Checkout Session is {session['status']}; its items cannot be changed.",
            param="line_items",
        )
    for place, item in enumerate(given):
        for name in item:
            if name not in _OF_AN_ITEM:
                raise not_modelled(f"line_items[{place}][{name}]")
    known = {item["id"]: item for item in session["_items"]}
    items = line_items.read(call, [_whole(item, known, n) for n, item in enumerate(given)])
    for item, asked in zip(items, given, strict=True):
        item["id"] = asked.get("id", item["id"])
        item["_part"] = session.get("_part") if item["_recurring"] else None
    if items[0]["currency"] != session["currency"]:
        raise invalid("line_items", "The currency of a Checkout Session cannot be changed.")
    if any(item["_recurring"] for item in items) != (session["mode"] == "subscription"):
        raise invalid("line_items", "These prices do not fit the session's mode.")
    before = session["_items"]
    session["_items"] = items
    try:
        totals.recount(session)
    except ApiError:
        session["_items"] = before
        totals.recount(session)
        raise
    _give_up_attempt(call, session)


def _whole(item: Json, known: dict[str, Json], place: int) -> Json:
    """Write a kept item as a new one would be: what is not said of it stays as it was."""
    if "id" not in item:
        return item
    kept = known.get(item["id"])
    if kept is None:
        raise no_such("line item", item["id"], param=f"line_items[{place}][id]")
    said = {name: value for name, value in item.items() if name != "id"}
    price = {} if "price_data" in said else {"price": kept["price"]}
    rates = {"tax_rates": [rate["id"] for rate in kept["_rates"]]} if kept["_rates"] else {}
    return {**price, **rates, "quantity": str(kept["quantity"]), **said}


def _give_up_attempt(call: Call, session: Json) -> None:
    """Take an intent back whose buyer is still being asked: what is paid is another amount."""
    intent = checkout.known_intent(call, session)
    if intent is None:
        return
    intent["amount"] = session["amount_total"]
    if intent["status"] == "requires_action":
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "next_action": None,
        }
    call.store.put(intent)
