"""Setup mode: a way to pay is saved for later, and nothing is paid."""

from __future__ import annotations

from . import customers, owners, shapes
from .declines import decline_message
from .errors import ApiError, missing
from .forms import metadata, table, text
from .method_details import details
from .methods import Method
from .money import check_currency
from .shapes import nulls
from .store import Json, new_id
from .world import Call

REUSABLE = ("card", "sepa_debit", "us_bank_account")


def currency_of(params: Json) -> str:
    """Read the currency that ways to pay are offered for. Raises ApiError."""
    if "currency" not in params:
        raise missing("currency")
    return check_currency(params["currency"])


def begin(call: Call, session: Json, params: Json) -> None:
    """Make the intent of a session that saves a way to pay."""
    given = table(params, "setup_intent_data")
    kinds = [kind for kind in session["payment_method_types"] if kind in REUSABLE]
    session["payment_method_types"] = kinds
    thing = new(
        call,
        customer=session["customer"],
        description=text(given, "description"),
        metadata=metadata(given),
        payment_method_types=list(kinds),
    )
    session |= {"setup_intent": thing["id"], "amount_subtotal": None, "amount_total": None}
    session["payment_status"] = "no_payment_required"
    call.emit("setup_intent.created", call.store.put(thing))


def new(call: Call, **fields: object) -> Json:
    """Make an intent to save a way to pay; it is not kept yet."""
    name = new_id("seti")
    return {
        **nulls(
            "allowed_payment_method_types", "application", "attach_to_self", "cancellation_reason",
            "customer", "customer_account", "description", "excluded_payment_method_types",
            "flow_directions", "last_setup_error", "latest_attempt", "managed_payments", "mandate",
            "next_action", "on_behalf_of", "payment_method",
            "payment_method_configuration_details", "single_use_mandate",
        ),
        "id": name,
        "object": "setup_intent",
        "automatic_payment_methods": None,
        "client_secret": new_id(f"{name}_secret"),
        "created": call.store.now(),
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": list(REUSABLE),
        "status": "requires_payment_method",
        "usage": "off_session",
        **fields,
    }  # fmt: skip


def save(call: Call, session: Json, method: Method, *, passed: bool) -> None:
    """Save a way to pay with the buyer. Raises ApiError 402 on a decline."""
    thing = call.world.need(session["setup_intent"], "setup_intent")
    if method.kind not in thing["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({method.kind}) is not allowed for this SetupIntent.",
            code="setup_intent_invalid_parameter",
            param="payment_method",
        )
    refuse(call, thing, method, passed=passed)
    customer = customers.of_session(call, session)
    kept = keep(call, method, session["customer_details"]["email"], customer)
    thing |= {
        "customer": session["customer"],
        "last_setup_error": None,
        "payment_method": kept["id"],
        "status": "succeeded",
    }
    call.emit("setup_intent.succeeded", call.store.put(thing))


def keep(call: Call, method: Method, email: str | None, customer: Json | None) -> Json:
    """Keep a way to pay; with a customer it is that customer's."""
    kept = shapes.payment_method(call.store, method.kind, details(method), email)
    kept["_number"] = method.number
    return attach(call, kept, customer)


def attach(call: Call, kept: Json, customer: Json | None) -> Json:
    """Give a way to pay to a customer. Raises ApiError if another has it."""
    if customer is None or kept["customer"] == customer["id"]:
        return call.store.put(kept)
    owners.check_free(kept, customer["id"])
    kept["customer"] = customer["id"]
    call.emit("payment_method.attached", call.store.put(kept))
    return kept


def cancel(call: Call, session: Json) -> None:
    """Give up what nobody came to save."""
    thing = call.store.get(session["setup_intent"], "setup_intent")
    if thing is not None and thing["status"].startswith("requires_"):
        thing |= {"status": "canceled", "cancellation_reason": "abandoned"}
        call.emit("setup_intent.canceled", call.store.put(thing))


def refuse(call: Call, thing: Json, method: Method, *, passed: bool) -> None:
    """Refuse a method that its bank refuses, or that nobody let through. Raises ApiError 402."""
    unmet = ("setup_intent_authentication_failure", None)
    decline = unmet if method.challenge and not passed else method.decline
    if decline:
        _fail(call, thing, *decline)


def _fail(call: Call, thing: Json, code: str, why: str | None) -> None:
    message = decline_message(code, why)
    thing["last_setup_error"] = {
        **nulls(
            "advice_code", "charge", "network_advice_code", "network_decline_code", "param",
            "payment_intent", "payment_method", "payment_method_type", "request_log_url",
            "setup_intent", "source",
        ),
        "code": code,
        "decline_code": why,
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
        "message": message,
        "type": "card_error",
    }  # fmt: skip
    thing |= {"next_action": None, "payment_method": None, "status": "requires_payment_method"}
    call.emit("setup_intent.setup_failed", call.store.put(thing))
    raise ApiError(message, status=402, kind="card_error", code=code, decline_code=why)
