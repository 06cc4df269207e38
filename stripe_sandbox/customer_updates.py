"""`customer_update`: what the buyer tells a session becomes its customer's."""

from __future__ import annotations

from . import customers
from .errors import invalid
from .forms import table
from .store import Json, shown
from .world import Call


def asked(params: Json) -> Json:
    """Read which of a customer's fields a session is to change. Raises ApiError."""
    if "customer_update" in params and "customer" not in params:
        raise invalid("customer_update", "`customer_update` can only be used with `customer`.")
    return table(params, "customer_update")


def take(call: Call, session: Json) -> None:
    """Tell the customer of a completed session what its buyer told."""
    wanted = [name for name, how in session["_customer_update"].items() if how == "auto"]
    customer = call.store.get(session["customer"], "customer")
    if customer is None or not wanted:
        return
    before, told = shown(customer), _told(session)
    customer |= {name: told[name] for name in wanted if told[name]}
    call.emit_changes("customer.updated", customer, before)
    call.store.put(customer)


def _told(session: Json) -> Json:
    details = session["customer_details"]
    shipping = (session["collected_information"] or {}).get("shipping_details")
    return {
        "address": details["address"],
        "name": details["name"],
        "shipping": shipping and customers.shipping(**shipping, phone=details["phone"]),
    }
