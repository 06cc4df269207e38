"""Checkout Sessions: made, shown, listed, expired, paid."""

from __future__ import annotations

import re
from typing import Any

from . import payments, shapes
from .catalog import price_of_line
from .errors import ApiError, invalid, missing, unknown
from .forms import boolean, integer, metadata, table
from .methods import Method
from .money import check_amount
from .store import Json
from .world import Call

_ALLOWED = frozenset((
    "adaptive_pricing", "after_expiration", "allow_promotion_codes",
    "allowed_payment_method_types", "automatic_tax", "billing_address_collection", "cancel_url",
    "client_reference_id", "consent_collection", "currency", "custom_fields", "custom_text",
    "customer", "customer_creation", "customer_email", "discounts",
    "excluded_payment_method_types", "expires_at", "expand", "invoice_creation", "line_items",
    "locale", "metadata", "mode", "payment_intent_data", "payment_method_collection",
    "payment_method_options", "phone_number_collection", "return_url", "saved_payment_method_options",
    "shipping_address_collection", "shipping_options", "submit_type", "subscription_data",
    "success_url", "tax_id_collection", "ui_mode",
))  # fmt: skip
_URL = re.compile(r"https?://[^\s/?#]+\S*")
_MODES = ("payment", "setup", "subscription")
_UI_MODES = ("hosted_page", "embedded_page", "elements", "form")
HALF_HOUR, DAY = 1_800, 86_400
_RECOVERABLE = 30 * DAY


def create(call: Call) -> Json:
    params = call.params
    _check_names(params)
    mode = params.get("mode") or _refuse_missing("mode")
    if mode not in _MODES:
        raise invalid("mode", f"Invalid mode: must be one of {', '.join(_MODES)}")
    if params.get("ui_mode", "hosted_page") not in _UI_MODES:
        raise invalid("ui_mode", f"Invalid ui_mode: must be one of {', '.join(_UI_MODES)}")
    for name in ("success_url", "cancel_url"):
        if name in params and not _URL.fullmatch(str(params[name])):
            raise invalid(name, "Not a valid URL", "url_invalid")
    if "success_url" not in params:
        raise missing("success_url")
    items = lines(call, params.get("line_items"))
    return build(call, items, mode=mode, params=params)


def build(call: Call, items: list[Json], *, mode: str, params: Json, **more: Any) -> Json:
    """Make an open session of these line items."""
    currency = items[0]["currency"]
    recurring = any(item["_recurring"] for item in items)
    if recurring != (mode == "subscription"):
        raise invalid(
            "mode", "You must use `subscription` mode with recurring prices, and only then."
        )
    subtotal = sum(item["amount_subtotal"] for item in items)
    check_amount(subtotal, currency, "line_items[0][price_data][unit_amount]")
    thing = shapes.session(
        call.store,
        mode=mode,
        currency=currency,
        amount_subtotal=subtotal,
        amount_total=subtotal,
        allow_promotion_codes=boolean(params, "allow_promotion_codes"),
        success_url=params.get("success_url"),
        cancel_url=params.get("cancel_url"),
        client_reference_id=_short(params, "client_reference_id", 200),
        customer_email=_email(params),
        locale=params.get("locale"),
        metadata=metadata(params),
        expires_at=_expiry(call, params),
        payment_method_types=_method_types(currency),
        payment_method_collection="always" if mode == "subscription" else "if_required",
        customer_creation="always" if mode == "subscription" else "if_required",
        billing_address_collection=params.get("billing_address_collection"),
        **more,
    )
    if boolean(table(params, "automatic_tax"), "enabled"):
        thing["automatic_tax"] |= {"enabled": True, "status": "requires_location_inputs"}
    countries = table(params, "shipping_address_collection").get("allowed_countries")
    if countries:
        thing["shipping_address_collection"] = {"allowed_countries": countries}
    recovery = table(table(params, "after_expiration"), "recovery")
    if recovery:
        thing["after_expiration"] = {
            "recovery": {
                "allow_promotion_codes": boolean(recovery, "allow_promotion_codes") or False,
                "enabled": bool(boolean(recovery, "enabled")),
                "expires_at": None,
                "url": None,
            }
        }
    handed_on = "subscription_data" if mode == "subscription" else "payment_intent_data"
    thing["_handed_on"] = {"metadata": metadata(table(params, handed_on))}
    thing["_items"] = items
    thing["url"] = f"{call.base}/c/pay/{thing['id']}"
    return call.store.put(thing)


def _check_names(params: Json) -> None:
    if "payment_method_types" in params:
        raise invalid(
            "payment_method_types",
            "payment_method_types is no longer supported; use allowed_payment_method_types.",
            "payment_method_types_no_longer_supported",
        )
    for name in params:
        if name not in _ALLOWED:
            raise unknown(name)


def _refuse_missing(name: str) -> str:
    raise missing(name)


def _short(params: Json, name: str, most: int) -> str | None:
    value = params.get(name)
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= most):
        raise invalid(name, f"Invalid string: must be at most {most} characters")
    return value


def _email(params: Json) -> str | None:
    value = _short(params, "customer_email", 800)
    if value is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise invalid("customer_email", f"Invalid email address: {value}", "email_invalid")
    return value


def _expiry(call: Call, params: Json) -> int:
    now = call.store.now()
    asked = integer(params, "expires_at", default=now + DAY) or 0
    # A minute's grace: the caller's clock and the network are not ours.
    if not now + HALF_HOUR - 60 <= asked <= now + DAY + 60:
        raise invalid(
            "expires_at",
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
        )
    return asked


def _method_types(currency: str) -> list[str]:
    more = {"eur": ["sepa_debit"], "usd": ["us_bank_account"]}.get(currency, [])
    return ["card", *more, "customer_balance"]


def lines(call: Call, given: object) -> list[Json]:
    """Read line items. Raises ApiError."""
    if not isinstance(given, list) or not given:
        raise missing("line_items")
    if len(given) > 100:  # noqa: PLR2004
        raise invalid("line_items", "You can have at most 100 line items.")
    items = [_line(call, item, f"line_items[{place}]") for place, item in enumerate(given)]
    if len({item["currency"] for item in items}) > 1:
        raise invalid("line_items", "All line items must have the same currency.")
    return items


def _line(call: Call, given: object, where: str) -> Json:
    if not isinstance(given, dict):
        raise invalid(where, "Invalid object")
    for name in given:
        if name not in ("price", "price_data", "quantity", "adjustable_quantity", "metadata"):
            raise unknown(f"{where}[{name}]")
    price = price_of_line(call, given, where)
    quantity = integer(given, "quantity", default=1, where=f"{where}[quantity]") or 0
    if quantity < 1:
        raise invalid(f"{where}[quantity]", "Invalid positive integer", "parameter_invalid_integer")
    amount = price["unit_amount"] * quantity
    product = call.store.get(price["product"], "product") or {}
    item = shapes.line_item(
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=0,
        amount_total=amount,
        currency=price["currency"],
        description=product.get("name"),
        price=price["id"],
        quantity=quantity,
    )
    item["_recurring"] = price["recurring"]
    return item


def expire(call: Call, session: Json) -> Json:
    if session["status"] != "open":
        raise ApiError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    session |= {"status": "expired", "url": None}
    recovery = (session["after_expiration"] or {}).get("recovery")
    if recovery and recovery["enabled"]:
        recovery["url"] = f"{call.base}/r/{session['id']}"
        recovery["expires_at"] = call.store.now() + _RECOVERABLE
    call.store.put(session)
    intent = call.store.get(session["payment_intent"]) if session["payment_intent"] else None
    if intent is not None and intent["status"].startswith("requires_"):
        intent |= {
            "status": "canceled",
            "canceled_at": call.store.now(),
            "cancellation_reason": "automatic",
        }
        call.emit("payment_intent.canceled", call.store.put(intent))
    call.emit("checkout.session.expired", session)
    return session


def update(call: Call, session: Json) -> Json:
    for name in call.params:
        if name not in ("metadata", "expand"):
            raise unknown(name)
    session["metadata"] = metadata(call.params, session["metadata"])
    return call.store.put(session)


def recover(call: Call, expired: Json) -> Json:
    """Open a copy of an expired session for a buyer who followed the recovery link."""
    params = {
        "success_url": expired["success_url"],
        "cancel_url": expired["cancel_url"],
        "client_reference_id": expired["client_reference_id"],
        "customer_email": (expired["customer_details"] or {}).get("email")
        or expired["customer_email"],
        "metadata": dict(expired["metadata"]),
        "payment_intent_data": dict(expired["_handed_on"]),
        "subscription_data": dict(expired["_handed_on"]),
    }
    params = {key: value for key, value in params.items() if value}
    return build(
        call,
        [dict(item) for item in expired["_items"]],
        mode=expired["mode"],
        params=params,
        recovered_from=expired["id"],
        payment_link=expired["payment_link"],
    )


def intent_of(call: Call, session: Json) -> Json:
    """Give the session's intent; Stripe makes it at the first try to pay."""
    if session["payment_intent"]:
        return call.world.need(session["payment_intent"], "payment_intent")
    made = shapes.intent(
        call.store,
        amount=session["amount_total"],
        currency=session["currency"],
        metadata=dict(session["_handed_on"]["metadata"]),
        payment_method_types=list(session["payment_method_types"]),
        automatic_payment_methods={"allow_redirects": "always", "enabled": True},
    )
    made["_session"] = session["id"]
    call.store.put(made)
    session["payment_intent"] = made["id"]
    call.store.put(session)
    call.emit("payment_intent.created", made)
    return made


def pay(call: Call, session: Json, method: Method, *, email: str | None, passed: bool) -> Json:
    """Pay an open session; give its last event. Raises ApiError 402 on a decline."""
    check_open(session)
    session["customer_details"] = _buyer(email or session["customer_email"])
    if session["amount_total"] == 0:
        return complete(call, session, "no_payment_required")
    intent = intent_of(call, session)
    intent["amount"] = session["amount_total"]
    payments.attempt(
        call, intent, method, email=session["customer_details"]["email"], passed=passed
    )
    return complete(call, session, "paid" if intent["status"] == "succeeded" else "unpaid")


def check_open(session: Json) -> None:
    if session["status"] != "open":
        raise ApiError(
            f"This Checkout Session is {session['status']}; it cannot be paid.",
            code="checkout_session_not_open",
        )


def _buyer(email: str | None) -> Json:
    return {
        "address": None,
        "business_name": None,
        "email": email or "buyer@example.com",
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def complete(call: Call, session: Json, payment_status: str) -> Json:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    call.store.put(session)
    return call.emit("checkout.session.completed", session)


def hear(call: Call, intent: Json) -> Json | None:
    """Tell a session that its delayed payment came in or failed."""
    session = call.store.get(intent.get("_session"), "checkout.session")
    if session is None:
        return None
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        return call.emit("checkout.session.async_payment_succeeded", call.store.put(session))
    return call.emit("checkout.session.async_payment_failed", session)


# Without a promotion code of your own: the sandbox knows these.
CODES = {"SAVE10": 10, "HALF": 50, "FREE": 100}


def apply_code(call: Call, session: Json, code: str) -> Json:
    """Take a promotion code off the total, where codes are allowed. Raises ApiError."""
    percent = CODES.get(code.strip().upper())
    if not session["allow_promotion_codes"] or percent is None:
        raise ApiError("This code is invalid.", code="promotion_code_invalid", param="code")
    discount = session["amount_subtotal"] * percent // 100
    session["total_details"] |= {"amount_discount": discount}
    session["amount_total"] = session["amount_subtotal"] - discount
    session["discounts"] = [{"coupon": None, "promotion_code": f"promo_{code.strip().upper()}"}]
    return call.store.put(session)
