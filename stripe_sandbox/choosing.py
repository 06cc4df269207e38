"""What a buyer may change on the page: how many of a line, and items that may be added."""

from __future__ import annotations

from typing import Any

from . import line_items, totals
from .catalog import check_rhythm
from .errors import invalid
from .store import Json
from .world import Call

_MOST_ITEMS = 10


def offered(call: Call, given: object, mode: str, items: list[Json]) -> list[Json] | None:
    """Read the items that a buyer may add. Raises ApiError."""
    if given is None:
        return None
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_ITEMS:
        raise invalid("optional_items", f"You can have 1 to {_MOST_ITEMS} optional items.")
    found = []
    for place, item in enumerate(given):
        where = f"optional_items[{place}]"
        line = line_items.line(call, item, where)
        if line["currency"] != items[0]["currency"]:
            raise invalid(f"{where}[price]", "Optional items have the session's currency.")
        if line["_recurring"] and mode != "subscription":
            raise invalid(f"{where}[price]", "Recurring prices need `subscription` mode.")
        check_rhythm(line, items, where)
        found.append(
            {
                "adjustable_quantity": line_items.adjustable(item, where),
                "price": line["price"],
                "quantity": line["quantity"],
            }
        )
    return found


def choose(call: Call, session: Json, answers: Json) -> None:
    """Change the quantities by line item, and add items by price. Raises ApiError."""
    quantities, added = answers.get("quantities"), answers.get("optional_items")
    if quantities is None and added is None:
        return
    for name, quantity in _table(quantities, "quantities").items():
        _adjust(session, name, quantity)
    for price, quantity in _table(added, "optional_items").items():
        _add(call, session, price, quantity)
    session["_items"] = [item for item in session["_items"] if item["quantity"]]
    if not session["_items"]:
        raise invalid("quantities", "At least one item is needed.")
    totals.recount(session)


def _table(given: Any, name: str) -> Json:
    if given is not None and not isinstance(given, dict):
        raise invalid(name, f"{name} is a table of quantities")
    return given or {}


def _adjust(session: Json, name: str, quantity: object) -> None:
    """Change how many of a line are bought; `name` is its id, or its place from 0 on."""
    items = session["_items"]
    item = next(
        (one for place, one in enumerate(items) if name in (one["id"], str(place))),
        None,
    )
    allowed = (item or {}).get("adjustable_quantity")
    if item is None or not allowed or not allowed["enabled"]:
        raise invalid("quantities", f"The quantity of {name} cannot be changed.")
    item["quantity"] = _within(quantity, allowed["minimum"], allowed["maximum"], "quantities")


def _add(call: Call, session: Json, price: str, quantity: object) -> None:
    offer = next((one for one in session["optional_items"] or [] if one["price"] == price), None)
    if offer is None:
        raise invalid("optional_items", f"This session does not offer {price}.")
    fixed = {"enabled": False, "minimum": offer["quantity"], "maximum": offer["quantity"]}
    allowed = offer["adjustable_quantity"] or fixed
    if not allowed["enabled"]:
        allowed = fixed
    many = _within(quantity, max(1, allowed["minimum"]), allowed["maximum"], "optional_items")
    session["_items"] = [
        item for item in session["_items"] if item["price"] != price or not item.get("_optional")
    ]
    line = line_items.line(call, {"price": price, "quantity": str(many)}, "optional_items")
    line |= {"adjustable_quantity": offer["adjustable_quantity"], "_optional": True}
    session["_items"].append(line | {"_part": session.get("_part") if line["_recurring"] else None})


def _within(quantity: object, least: int, most: int, name: str) -> int:
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise invalid(name, "A quantity is a whole number.")
    if not least <= quantity <= most:
        raise invalid(name, f"The quantity must be from {least} to {most}.")
    return quantity
