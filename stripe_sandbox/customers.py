"""Customers: made by a subscription, when asked for, or over the API."""

from __future__ import annotations

from . import shapes
from .errors import ApiError
from .forms import metadata, text
from .store import Json, new_id
from .world import Call

_TEXTS = ("description", "email", "name", "phone")
_DELETED = "deleted_customer"


def create(call: Call) -> Json:
    params = call.params
    return make(call, metadata=metadata(params), **{key: text(params, key) for key in _TEXTS})


def make(call: Call, **fields: object) -> Json:
    """Keep a new customer and tell of it."""
    thing = {
        **shapes.nulls(
            "address", "business_name", "currency", "customer_account", "default_source",
            "description", "discount", "email", "individual_name", "name", "phone", "shipping",
            "test_clock",
        ),
        "id": new_id("cus", 14),
        "object": "customer",
        "balance": 0,
        "created": call.store.now(),
        "delinquent": False,
        "invoice_prefix": new_id("X", 7).removeprefix("X_").upper(),
        "invoice_settings": shapes.nulls(
            "custom_fields", "default_payment_method", "footer", "rendering_options"
        ),
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        **fields,
    }  # fmt: skip
    call.emit("customer.created", call.store.put(thing))
    return thing


def update(call: Call, customer: Json) -> Json:
    params = call.params
    before = dict(customer)
    for name in _TEXTS:
        if name in params:
            customer[name] = params[name] or None
    customer["metadata"] = metadata(params, customer["metadata"])
    changed = {name: value for name, value in before.items() if customer[name] != value}
    if changed:
        call.emit("customer.updated", customer, changed)
    return call.store.put(customer)


def delete(call: Call, customer: Json) -> Json:
    name = customer["id"]
    call.store.drop(name)
    call.store.put({"id": name, "object": _DELETED})
    call.emit("customer.deleted", customer)
    return _gone(name)


def show(call: Call, name: str) -> Json:
    """Show a customer; of one that was deleted, that it was."""
    if call.store.get(name, _DELETED) is not None:
        return _gone(name)
    return call.world.need(name, "customer")


def _gone(name: str) -> Json:
    return {"id": name, "object": "customer", "deleted": True}


def named(call: Call) -> str | None:
    """Read whose a session or an intent is to be. Raises ApiError."""
    params = call.params
    name = text(params, "customer")
    if name is None:
        return None
    for other in ("customer_email", "customer_creation"):
        if other in params:
            raise ApiError(f"You may only specify one of these parameters: customer, {other}.")
    return str(call.world.need(name, "customer", param="customer")["id"])


def email_of(call: Call, session: Json, told: str | None) -> str | None:
    """Return a buyer's address: a customer's is known and stays, any other is told or prefilled."""
    customer = call.store.get(session["customer"], "customer") or {}
    return customer.get("email") or told or session["customer_email"]


def of_session(call: Call, session: Json) -> Json | None:
    """Return the customer a completed session belongs to; None for a guest."""
    if session["customer"]:
        return call.store.get(session["customer"], "customer")
    if session["customer_creation"] != "always":
        return None
    details = session["customer_details"]
    made = make(call, **{name: details[name] for name in ("address", "email", "name", "phone")})
    session["customer"] = made["id"]
    call.store.put(session)
    return made


def next_invoice_number(call: Call, customer: Json) -> str:
    turn = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = turn + 1
    call.store.put(customer)
    return f"{customer['invoice_prefix']}-{turn:04}"
