"""Customers: made by a subscription, when asked for, or over the API."""

from __future__ import annotations

from . import collecting, given_methods, owners, setups, shapes
from .errors import ApiError
from .forms import metadata, table, text
from .store import Json, new_id
from .world import Call

_TEXTS = ("business_name", "description", "email", "individual_name", "name", "phone")
_DETAILS = ("name", "phone")  # of whom is shipped to

_NO_SETTINGS: Json = shapes.nulls(
    "custom_fields", "default_payment_method", "footer", "rendering_options"
)


def create(call: Call) -> Json:
    """Make a customer, with a way to pay if one is named. Raises ApiError."""
    params = call.params
    kept = given_methods.brought(call, params, "usd") if "payment_method" in params else None
    default = _default(call, params, kept)
    for one in (kept, default):
        if one is not None:
            owners.check_free(one)
    made = make(call, metadata=metadata(params), **_said(params), **_settings(default))
    for one in (kept, default):
        if one is not None:
            setups.attach(call, one, made)
    return made


def _default(call: Call, params: Json, kept: Json | None) -> Json | None:
    """Return what invoices are to be paid by; a test name twice is one method. Raises ApiError."""
    name = table(params, "invoice_settings").get("default_payment_method")
    if not name:
        return None
    if kept is not None and name in (kept["id"], params.get("payment_method")):
        return kept
    param = "invoice_settings[default_payment_method]"
    return given_methods.of_name(call, name, param=param)


def _settings(default: Json | None) -> Json:
    if default is None:
        return {}
    return {"invoice_settings": _NO_SETTINGS | {"default_payment_method": default["id"]}}


def _said(params: Json) -> Json:
    """Read what a call says of a customer. Raises ApiError."""
    said: Json = {name: text(params, name) for name in _TEXTS if name in params}
    if "address" in params:
        said["address"] = collecting.address_of(params["address"] or None, "address")
    if "shipping" in params:
        given = table(params, "shipping")
        address = collecting.address_of(given.get("address"), "shipping[address]")
        whole = shipping(address, **{name: given.get(name) for name in _DETAILS})
        said["shipping"] = whole if given else None
    if "preferred_locales" in params:
        said["preferred_locales"] = params["preferred_locales"]
    if "tax_exempt" in params:
        said["tax_exempt"] = params["tax_exempt"] or "none"
    return said


def shipping(address: Json | None, *, name: str | None, phone: str | None) -> Json:
    """Show whom is shipped to; a customer's goods have no carrier yet."""
    blank = shapes.nulls("carrier", "tracking_number")
    return {**blank, "address": address, "name": name, "phone": phone}


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
        "invoice_settings": dict(_NO_SETTINGS),
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
    default = _default(call, params, None)
    if default is not None:
        param = "invoice_settings[default_payment_method]"
        owners.check_default(default, customer["id"], param)
    customer |= _said(params) | _settings(default)
    if default is not None:
        setups.attach(call, default, customer)
    customer["metadata"] = metadata(params, customer["metadata"])
    call.emit_changes("customer.updated", customer, before)
    return call.store.put(customer)


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


def default_method(call: Call, customer: Json) -> Json | None:
    """Return what a customer's invoices are paid by, if anything is kept for that."""
    kept = call.store.get(customer["invoice_settings"]["default_payment_method"], "payment_method")
    return kept if kept is not None and kept["customer"] == customer["id"] else None


def no_way_to_pay() -> ApiError:
    return ApiError(
        "This customer has no attached payment source or default payment method. Please consider "
        "adding a default payment method.",
        code="resource_missing",
    )
