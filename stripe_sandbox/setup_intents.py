"""SetupIntents over the API: a way to pay is saved without a session."""

from __future__ import annotations

from . import given_methods, owners, setups
from .errors import ApiError
from .forms import boolean, check_url, metadata
from .methods import FILTERS, Method, check_kinds, find_method, kinds_for
from .store import Json, shown
from .world import Call

_KIND = "setup_intent"
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Json:
    """Make an intent, and confirm it if asked to. Raises ApiError."""
    params = call.params
    thing = setups.new(
        call,
        metadata=metadata(params),
        payment_method_types=_kinds(params),
        usage=params.get("usage", "off_session"),
        automatic_payment_methods=given_methods.automatic(params),
    )
    _describe(call, thing)
    call.emit("setup_intent.created", call.store.put(thing))
    return confirm(call, thing) if boolean(params, "confirm") else thing


def _kinds(params: Json) -> list[str]:
    """Return the ways that can be saved of those that are asked for. Raises ApiError."""
    kinds = kinds_for({name: params.get(name) for name in FILTERS}, "usd")
    asked = params.get("payment_method_types")
    check_kinds(asked or [])
    return [one for one in asked or (*kinds, "sepa_debit") if one in setups.REUSABLE]


def _describe(call: Call, thing: Json) -> None:
    """Write down what a call says of an intent. Raises ApiError."""
    params = call.params
    if params.get("customer"):
        call.world.need(params["customer"], "customer", param="customer")
    kept = _named(call)
    used = kept or call.store.get(thing["payment_method"], "payment_method")
    if used is not None:
        owners.check(used, params.get("customer", thing["customer"]) or None, "SetupIntent")
    for name in ("customer", "description", *FILTERS):
        if name in params:
            thing[name] = params[name] or None
    if "return_url" in params:
        thing["_return_url"] = check_url(params["return_url"], "return_url")
    if kept is None:
        return
    if kept["type"] not in thing["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({kept['type']}) is not allowed for this SetupIntent.",
            code="setup_intent_invalid_parameter",
            param="payment_method",
        )
    thing |= {"payment_method": kept["id"], "status": "requires_confirmation"}


def _named(call: Call) -> Json | None:
    """Return the way to pay that a call names or brings along. Raises ApiError."""
    params = call.params
    if "payment_method_data" in params:
        return given_methods.keep(call, params["payment_method_data"], "payment_method_data")
    if params.get("payment_method"):
        return given_methods.of_name(call, params["payment_method"], param="payment_method")
    return None


def update(call: Call, thing: Json) -> Json:
    """Change what is not over. Raises ApiError."""
    _refuse_unless_open(thing, "updated")
    thing["metadata"] = metadata(call.params, thing["metadata"])
    _describe(call, thing)
    return call.store.put(thing)


def confirm(call: Call, thing: Json) -> Json:
    """Save the way to pay; a card that asks for 3-D Secure stops at requires_action."""
    _refuse_unless_open(thing, "confirmed")
    _describe(call, thing)
    if thing["payment_method"] is None:
        raise ApiError(
            "You cannot confirm this SetupIntent because it's missing a payment method. Update the "
            "SetupIntent with a payment method and then confirm it again.",
            code="setup_intent_unexpected_state",
        )
    method = _method(call, thing)
    if method.challenge:
        back = {"url": f"{call.base}/3ds/{thing['id']}", "return_url": thing.get("_return_url")}
        thing["next_action"] = {"type": "redirect_to_url", "redirect_to_url": back}
        thing["status"] = "requires_action"
        call.emit("setup_intent.requires_action", call.store.put(thing))
        return thing
    return finish(call, thing, passed=True)


def finish(call: Call, thing: Json, *, passed: bool) -> Json:
    """Save the way to pay after the bank has been asked. Raises ApiError 402."""
    setups.refuse(call, thing, _method(call, thing), passed=passed)
    kept = call.world.need(thing["payment_method"], "payment_method")
    setups.attach(call, kept, call.store.get(thing["customer"], "customer"))
    thing |= {"last_setup_error": None, "next_action": None, "status": "succeeded"}
    call.emit("setup_intent.succeeded", call.store.put(thing))
    return thing


def is_challenged(thing: Json | None) -> bool:
    """True if the owner's bank is being asked."""
    return thing is not None and thing["status"] == "requires_action"


def cancel(call: Call, thing: Json) -> Json:
    """Give it up. Raises ApiError."""
    _refuse_unless_open(thing, "canceled")
    reason = call.params.get("cancellation_reason")
    thing |= {"cancellation_reason": reason, "next_action": None, "status": "canceled"}
    call.emit("setup_intent.canceled", call.store.put(thing))
    return thing


def _method(call: Call, thing: Json) -> Method:
    kept = call.world.need(thing["payment_method"], "payment_method")
    return find_method(kept["_number"], "eur" if kept["type"] == "sepa_debit" else "usd")


def _refuse_unless_open(thing: Json, what: str) -> None:
    if thing["status"] not in _OPEN:
        raise ApiError(
            f"You cannot have this SetupIntent {what} because it has a status of "
            f"{thing['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=shown(thing),
        )
