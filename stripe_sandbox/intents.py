"""PaymentIntents over the API, with the part a publishable key may use."""

from __future__ import annotations

from . import (
    collecting,
    given_methods,
    holds,
    money_back,
    owners,
    payments,
    shapes,
    subscriptions,
    vouchers,
)
from .errors import ApiError, invalid, missing
from .forms import boolean, check_url, integer, metadata
from .methods import FILTERS, check_allowed, kinds_for
from .money import check_amount, check_currency
from .store import Json, shown
from .world import Call

_UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")
_ALWAYS = frozenset(("description", "metadata", "receipt_email"))
_OF_ITS_INVOICE = ("amount", "capture_method", "confirmation_method", "currency", "customer")
_SAID = (
    "capture_method", "confirmation_method", "customer", "description", "receipt_email",
    "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix",
)  # fmt: skip


def create(call: Call) -> Json:
    params = call.params
    for name in ("amount", "currency"):
        if name not in params:
            raise missing(name)
    currency = check_currency(params["currency"])
    amount = integer(params, "amount") or 0
    check_amount(amount, currency)
    if amount == 0:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    thing = shapes.intent(
        call.store,
        amount=amount,
        currency=currency,
        metadata=metadata(params),
        shipping=collecting.shipping_of(params),
        payment_method_options=_options(params, {}),
        payment_method_types=_kinds(params, params, currency),
        automatic_payment_methods=given_methods.automatic(params),
    )
    _describe(call, thing)
    _take_method(call, thing)
    call.store.put(thing)
    call.emit("payment_intent.created", thing)
    if boolean(params, "confirm"):
        return confirm(call, thing)
    return thing


def _kinds(asked: Json, params: Json, currency: str) -> list[str]:
    return kinds_for(asked, currency, manual=params.get("capture_method") == "manual")


def _options(params: Json, intent: Json) -> Json:
    return vouchers.for_intent(vouchers.options(params, intent.get("payment_method_options")))


def _describe(call: Call, intent: Json) -> None:
    """Write down what a call says of an intent beside its amount. Raises ApiError."""
    params = call.params
    if params.get("customer"):
        call.world.need(params["customer"], "customer", param="customer")
    for name in (*_SAID, *FILTERS):
        if name in params:
            intent[name] = params[name] or None
    if "return_url" in params:
        intent["_return_url"] = check_url(params["return_url"], "return_url")


def _take_method(call: Call, intent: Json) -> None:
    """Let an intent wait for its confirmation, if a call names what pays it. Raises ApiError."""
    kept = given_methods.brought(call, call.params, intent["currency"])
    used = kept or call.store.get(intent["payment_method"], "payment_method")
    if used is not None:
        owners.check(used, intent["customer"], "PaymentIntent")
    if kept is not None:
        check_allowed(kept["type"], intent)
        intent |= {"payment_method": kept["id"], "status": "requires_confirmation"}


def update(call: Call, intent: Json) -> Json:
    """Change an intent: what it costs while it is unpaid, how it is described always."""
    params = call.params
    owned = [name for name in params if name not in _ALWAYS]
    if owned:
        _refuse_for_session(intent, "updated")
        _refuse_for_invoice(intent, params)
        if intent["status"] not in _UNPAID:
            raise ApiError(
                f"This PaymentIntent's {owned[0]} could not be updated because it has a status "
                f"of {intent['status']}. You may only update it in one of the following "
                f"statuses: {', '.join(_UNPAID)}.",
                code="payment_intent_unexpected_state",
                param=owned[0],
                payment_intent=shown(intent),
            )
    currency = check_currency(params.get("currency", intent["currency"]))
    amount = integer(params, "amount", default=intent["amount"]) or 0
    check_amount(amount, currency)
    kinds = intent["payment_method_types"]
    if currency != intent["currency"] or {"capture_method", *FILTERS} & set(params):
        filters = {name: (intent | params)[name] for name in FILTERS}
        kinds = _kinds(filters, intent | params, currency)
    changed = dict(intent) | {
        "amount": amount, "currency": currency, "payment_method_types": kinds,
        "payment_method_options": _options(params, intent),
        "metadata": metadata(params, intent["metadata"]),
    }  # fmt: skip
    if "shipping" in params:
        changed["shipping"] = collecting.shipping_of(params)
    _describe(call, changed)
    _take_method(call, changed)
    intent |= changed
    return call.store.put(intent)


def cancel(call: Call, intent: Json) -> Json:
    """Cancel what is not paid; what is held on a card is released. Raises ApiError."""
    if intent["status"] != "requires_capture":
        _refuse_for_session(intent, "canceled")
        _refuse_to_cancel_for_invoice(intent)
    if intent["status"] not in (*_UNPAID, "requires_capture"):
        raise _unexpected(intent, "canceled")
    if intent["status"] == "requires_capture":
        holds.give_up(call, intent)
    intent |= {
        "status": "canceled",
        "canceled_at": call.store.now(),
        "cancellation_reason": call.params.get("cancellation_reason"),
        "next_action": None,
        "_due": None,
    }
    call.emit("payment_intent.canceled", call.store.put(intent))
    return intent


def capture(call: Call, intent: Json) -> Json:
    """Take the money that was held, or a part of it. Raises ApiError."""
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "captured")
    most = intent["amount_capturable"]
    amount = integer(call.params, "amount_to_capture", default=most) or 0
    if amount < 1:
        param, code = "amount_to_capture", "parameter_invalid_integer"
        raise invalid(param, "Invalid positive integer", code)
    if amount > most:
        raise ApiError(
            "The requested capture amount is greater than the amount you can capture for this "
            "charge.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] = metadata(call.params, intent["metadata"])
    _describe(call, intent)
    holds.take(call, intent, amount)
    return intent


def confirm(call: Call, intent: Json) -> Json:
    """Confirm with a method; a card that asks for 3-D Secure stops at requires_action."""
    _refuse_for_session(intent, "confirmed")
    params = call.params
    if intent["confirmation_method"] == "manual" and call.key_kind == "pk":
        raise ApiError(
            "This PaymentIntent's `confirmation_method` is `manual`: it can only be confirmed "
            "with a secret key.",
            code="payment_intent_invalid_parameter",
        )
    intent["payment_method_options"] = _options(params, intent)
    if intent["customer"]:  # who was deleted pays nothing
        call.world.need(intent["customer"], "customer", param="customer")
    kept = given_methods.brought(call, params, intent["currency"]) or _named(call, intent)
    if kept is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
        )
    owners.check(kept, intent["customer"], "PaymentIntent")
    method = given_methods.fated(kept, intent["currency"], params)
    if kept["type"] == "boleto":
        intent["_tax_id"] = kept["boleto"]["tax_id"]
    if "shipping" in params:
        intent["shipping"] = collecting.shipping_of(params)
    _describe(call, intent)
    passed = intent.pop("_passed", None) == method.number
    if method.challenge and not passed and intent["status"] in _UNPAID[:2]:
        url, back = f"{call.base}/3ds/{intent['id']}", intent.get("_return_url") or ""
        payments.demand_challenge(call, intent, method, url, back, kept=kept)
        return intent
    intent["_billing"] = kept["billing_details"]
    email = kept["billing_details"]["email"]
    payments.attempt(call, intent, method, email=email, passed=passed, kept=kept)
    if intent["status"] == "succeeded":
        subscriptions.hear(call, intent)
    money_back.maybe_dispute(call, intent)
    return intent


def _named(call: Call, intent: Json) -> Json | None:
    """Return what an intent that is not paid was to be paid with. Raises ApiError."""
    name = intent["payment_method"]
    if intent["status"] in _UNPAID:
        return given_methods.unspent(call, name)
    return call.store.get(name, "payment_method")


def let_through(call: Call, intent: Json) -> None:
    """Note that the buyer's bank agreed; the merchant's server is to confirm once more."""
    intent |= {"status": "requires_confirmation", "next_action": None}
    intent["_passed"] = intent["_method"]
    call.store.put(intent)


def create_method(call: Call) -> Json:
    """Keep a payment method for a later confirm."""
    return given_methods.keep(call, call.params)


def _refuse_for_session(intent: Json, what: str) -> None:
    if "_session" in intent:
        raise ApiError(
            f"This PaymentIntent belongs to a Checkout Session and cannot be {what} directly; "
            "expire the session instead.",
            code="payment_intent_unexpected_state",
        )


def _refuse_for_invoice(intent: Json, params: Json) -> None:
    """Refuse to change what its invoice says: another amount would pay it. Raises ApiError."""
    for name in _OF_ITS_INVOICE if "_invoice" in intent else ():
        if name in params:
            raise ApiError(
                f"This PaymentIntent belongs to an invoice, which says its {name}: it cannot be "
                "updated directly.",
                code="payment_intent_unexpected_state",
                param=name,
            )


def _refuse_to_cancel_for_invoice(intent: Json) -> None:
    if "_invoice" in intent:
        raise ApiError(
            "This PaymentIntent belongs to an invoice and cannot be canceled directly; void the "
            "invoice instead.",
            code="payment_intent_unexpected_state",
        )


def _unexpected(intent: Json, what: str) -> ApiError:
    return ApiError(
        f"This PaymentIntent could not be {what} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=shown(intent),
    )
