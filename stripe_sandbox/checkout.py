"""Paying a Checkout Session: its intent, its promotion code, its completion."""

from __future__ import annotations

from . import links, payments, shapes
from .errors import ApiError
from .methods import Method
from .store import Json
from .world import Call


def intent_of(call: Call, session: Json) -> Json:
    """Give the session's intent; Stripe makes it at the first try to pay."""
    if session["payment_intent"]:
        return call.world.need(session["payment_intent"], "payment_intent")
    made = shapes.intent(
        call.store,
        amount=session["amount_total"],
        currency=session["currency"],
        metadata=dict(session["_handed_on"]["metadata"]),
        capture_method=session["_handed_on"].get("capture_method", "automatic_async"),
        description=session["_handed_on"].get("description"),
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
    check_open(call, session)
    session["customer_details"] = _buyer(email or session["customer_email"])
    if session["amount_total"] == 0:
        return complete(call, session, "no_payment_required")
    intent = intent_of(call, session)
    intent["amount"] = session["amount_total"]
    payments.attempt(
        call, intent, method, email=session["customer_details"]["email"], passed=passed
    )
    return complete(call, session, "paid" if intent["status"] == "succeeded" else "unpaid")


def check_open(call: Call, session: Json) -> None:
    """Refuse to pay what is over already. Raises ApiError."""
    if session["status"] != "open":
        raise ApiError(
            f"This Checkout Session is {session['status']}; it cannot be paid.",
            code="checkout_session_not_open",
        )
    link = call.store.get(session["payment_link"], "payment_link")
    if link and links.is_used_up(link):
        raise ApiError(
            "This payment link has reached its limit.", code="payment_link_no_longer_active"
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
