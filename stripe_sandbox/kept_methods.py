"""Payment methods that are kept: changed, given to a customer, taken away again."""

from __future__ import annotations

from . import collecting, given_methods, lists, setups
from .errors import ApiError, no_such
from .forms import metadata
from .store import Json, shown
from .world import Call

_KIND = "payment_method"
_OVER = ("canceled", "incomplete_expired", "paid", "void")
_DEFAULTS = {"invoice": "invoice.updated", "subscription": "customer.subscription.updated"}


def update(call: Call, kept: Json) -> Json:
    """Change who pays by it, and what is noted of it. Raises ApiError."""
    params, before = call.params, shown(kept)
    kept["billing_details"] = kept["billing_details"] | collecting.billing_of(params)
    kept["allow_redisplay"] = params.get("allow_redisplay", kept["allow_redisplay"])
    kept["metadata"] = metadata(params, kept["metadata"])
    call.emit_changes("payment_method.updated", kept, before)
    return call.store.put(kept)


def attach(call: Call, name: str) -> Json:
    """Give a method to a customer. Raises ApiError."""
    kept = given_methods.of_name(call, name)
    customer = call.world.need(call.params["customer"], "customer", param="customer")
    return setups.attach(call, kept, customer)


def detach(call: Call, kept: Json) -> Json:
    """Take a method away from its customer; it cannot be used again. Raises ApiError."""
    owner = kept["customer"]
    if owner is None:
        raise ApiError(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            code="payment_method_unexpected_state",
        )
    kept |= {"customer": None, "_spent": True}
    call.emit("payment_method.detached", call.store.put(kept), {"customer": owner})
    _forget(call, kept["id"])
    return kept


def _forget(call: Call, name: str) -> None:
    """Let nothing name a method as its default that cannot be used again."""
    field = "default_payment_method"
    for kind, event in _DEFAULTS.items():
        for thing in call.store.newest(kind):
            if thing[field] == name and thing["status"] not in _OVER:
                call.emit(event, call.store.put(thing | {field: None}), {field: name})
    for customer in call.store.newest("customer"):
        before = customer["invoice_settings"]
        if before[field] == name:
            customer["invoice_settings"] = before | {field: None}
            told = {"invoice_settings": {field: name}}
            call.emit("customer.updated", call.store.put(customer), told)


def of_customer(call: Call, customer: Json) -> Json:
    owner = customer["id"]
    more = [lambda thing: thing["customer"] == owner]
    url = f"/v1/customers/{owner}/payment_methods"
    return lists.page(call, _KIND, url, fields=("allow_redisplay", "type"), more=more)


def one_of_customer(call: Call, customer: Json, method: str) -> Json:
    kept = call.world.need(method, _KIND)
    if kept["customer"] != customer["id"]:
        raise no_such("PaymentMethod", method)
    return kept


def sources(call: Call, customer: Json) -> Json:
    """List a customer's sources; what is attached since PaymentMethods came stands elsewhere."""
    return lists.of_items(call, [], f"/v1/customers/{customer['id']}/sources")
