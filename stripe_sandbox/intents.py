"""PaymentIntents over the API, with the part a publishable key may use."""

from __future__ import annotations

from . import collecting, customers, holds, money_back, payments, shapes, vouchers
from .errors import ApiError, missing
from .forms import boolean, integer, metadata, table
from .method_details import details
from .methods import find_method, kinds_for
from .money import check_amount, check_currency
from .store import Json, shown
from .unmodelled import not_modelled
from .world import Call

_UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")
_ALWAYS = frozenset(("description", "metadata", "receipt_email"))


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
    automatic = table(params, "automatic_payment_methods")
    thing = shapes.intent(
        call.store,
        amount=amount,
        currency=currency,
        customer=customers.named(call),
        description=params.get("description"),
        receipt_email=params.get("receipt_email"),
        capture_method=params.get("capture_method", "automatic_async"),
        metadata=metadata(params),
        shipping=collecting.shipping_of(params),
        payment_method_options=_options(params, {}),
        payment_method_types=_kinds(params, params, currency),
        automatic_payment_methods={
            "allow_redirects": automatic.get("allow_redirects", "always"),
            "enabled": True,
        },
    )
    call.store.put(thing)
    call.emit("payment_intent.created", thing)
    if boolean(params, "confirm"):
        return confirm(call, thing)
    return thing


def _kinds(asked: Json, params: Json, currency: str) -> list[str]:
    return kinds_for(asked, currency, manual=params.get("capture_method") == "manual")


def _options(params: Json, intent: Json) -> Json:
    return vouchers.for_intent(vouchers.options(params, intent.get("payment_method_options")))


def update(call: Call, intent: Json) -> Json:
    """Change an intent: what it costs while it is unpaid, how it is described always."""
    params = call.params
    owned = [name for name in params if name not in _ALWAYS]
    if owned:
        _refuse_for_session(intent, "updated")
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
    if currency != intent["currency"] or "capture_method" in params or _filters(params):
        kinds = _kinds(params, intent | params, currency)
    intent |= {"amount": amount, "currency": currency, "payment_method_types": kinds}
    intent["payment_method_options"] = _options(params, intent)
    if "shipping" in params:
        intent["shipping"] = collecting.shipping_of(params)
    for name in ("description", "receipt_email", "capture_method", "customer"):
        if name in params:
            intent[name] = params[name] or None
    intent["metadata"] = metadata(params, intent["metadata"])
    return call.store.put(intent)


def _filters(params: Json) -> bool:
    return bool({"allowed_payment_method_types", "excluded_payment_method_types"} & set(params))


def cancel(call: Call, intent: Json) -> Json:
    """Cancel what is not paid; what is held on a card is released. Raises ApiError."""
    if intent["status"] != "requires_capture":
        _refuse_for_session(intent, "canceled")
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
    if boolean(call.params, "final_capture") is False:
        raise not_modelled("final_capture")
    most = intent["amount_capturable"]
    amount = integer(call.params, "amount_to_capture", default=most) or 0
    if not 0 < amount <= most:
        raise ApiError(
            f"The capture amount must be between 1 and {most}.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] = metadata(call.params, intent["metadata"])
    holds.take(call, intent, amount)
    return intent


def confirm(call: Call, intent: Json) -> Json:
    """Confirm with a method; a card that asks for 3-D Secure stops at requires_action."""
    _refuse_for_session(intent, "confirmed")
    given = call.params.get("payment_method") or intent["payment_method"]
    data = table(call.params, "payment_method_data")
    intent["payment_method_options"] = _options(call.params, intent)
    if data:
        given = _number_in(data)
        if data.get("type") == "boleto":
            intent["_tax_id"] = _tax_id(data, "payment_method_data")
    if not given:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    kept = call.store.get(given, "payment_method")
    method = find_method(kept["_number"] if kept else given, intent["currency"])
    return_url = call.params.get("return_url") or intent.get("_return_url") or ""
    intent["_return_url"] = return_url
    if method.challenge and intent["status"] in (
        "requires_payment_method",
        "requires_confirmation",
    ):
        url = f"{call.base}/3ds/{intent['id']}"
        payments.demand_challenge(call, intent, method, url, return_url)
        return intent
    billing = collecting.billing_of(data) if data else table(kept or {}, "billing_details")
    intent["_billing"] = billing
    if "shipping" in call.params:
        intent["shipping"] = collecting.shipping_of(call.params)
    payments.attempt(call, intent, method, email=billing.get("email"), passed=False)
    money_back.maybe_dispute(call, intent)
    return intent


def _number_in(data: Json) -> str:
    kind = str(data.get("type", "card"))
    if vouchers.is_shown(kind):
        return kind
    details = table(data, kind)
    names = {"card": "number", "sepa_debit": "iban", "us_bank_account": "account_number"}
    return str(details.get(names.get(kind, ""), ""))


def _tax_id(data: Json, where: str) -> str:
    given = table(data, "boleto").get("tax_id")
    if not given:
        raise missing(f"{where}[boleto][tax_id]" if where else "boleto[tax_id]")
    return str(given)


def create_method(call: Call) -> Json:
    """Keep a payment method for a later confirm."""
    params = call.params
    kind = params.get("type") or "card"
    token = table(params, "card").get("token") if kind == "card" else None
    method = find_method(token or _number_in(params), _home_currency(kind))
    thing = shapes.payment_method(call.store, method.kind, {}, None)
    tax_id = {"_tax_id": _tax_id(params, "")} if kind == "boleto" else {}
    thing[method.kind] = details(method) or vouchers.details_of(kind, tax_id)
    thing["billing_details"] |= collecting.billing_of(params)
    thing["_number"] = method.number
    return call.store.put(thing)


def _home_currency(kind: str) -> str:
    """Return a currency that a method of this kind can pay: none is named when it is made."""
    return {
        "sepa_debit": "eur",
        "boleto": "brl",
        "oxxo": "mxn",
        "konbini": "jpy",
        "multibanco": "eur",
    }.get(kind, "usd")


def _refuse_for_session(intent: Json, what: str) -> None:
    if "_session" in intent:
        raise ApiError(
            f"This PaymentIntent belongs to a Checkout Session and cannot be {what} directly; "
            "expire the session instead.",
            code="payment_intent_unexpected_state",
        )


def _unexpected(intent: Json, what: str) -> ApiError:
    return ApiError(
        f"This PaymentIntent could not be {what} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=shown(intent),
    )
