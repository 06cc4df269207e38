"""Paying a Checkout Session: its intent, its completion."""

from __future__ import annotations

from . import (
    choosing,
    collecting,
    customer_updates,
    customers,
    invoices,
    links,
    payments,
    redemptions,
    saved_methods,
    setups,
    shapes,
    subscriptions,
    tax_ids,
    totals,
    vouchers,
)
from .declines import decline_message
from .errors import ApiError
from .methods import Method
from .store import Json
from .world import Call


def intent_of(call: Call, session: Json) -> Json:
    """Return the session's intent; Stripe makes it at the first try to pay."""
    known = known_intent(call, session)
    if known is not None:
        return known
    made = shapes.intent(
        call.store,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=session["customer"],
        metadata=dict(session["_handed_on"]["metadata"]),
        capture_method=session["_handed_on"].get("capture_method", "automatic_async"),
        description=session["_handed_on"].get("description"),
        payment_method_options=vouchers.for_intent(session["payment_method_options"]),
        payment_method_types=list(session["payment_method_types"]),
        managed_payments=session["managed_payments"],
        receipt_email=session["_handed_on"].get("receipt_email"),
        setup_future_usage=session["_handed_on"].get("setup_future_usage"),
        shipping=session["_handed_on"].get("shipping"),
        statement_descriptor=session["_handed_on"].get("statement_descriptor"),
        statement_descriptor_suffix=session["_handed_on"].get("statement_descriptor_suffix"),
        automatic_payment_methods={"allow_redirects": "always", "enabled": True},
    )
    made["_session"] = session["id"]
    call.store.put(made)
    # What a subscription's session pays is an invoice; it shows no intent of its own.
    field = "_intent" if session["mode"] == "subscription" else "payment_intent"
    session[field] = made["id"]
    call.store.put(session)
    call.emit("payment_intent.created", made)
    return made


def known_intent(call: Call, session: Json) -> Json | None:
    """Return the intent a session tries to be paid by, if anybody has tried."""
    name = session["payment_intent"] or session.get("_intent")
    return call.store.get(name, "payment_intent") if name else None


def pay(
    call: Call,
    session: Json,
    method: Method,
    *,
    email: str | None,
    passed: bool,
    answers: Json | None = None,
) -> Json:
    """Pay an open session; return its last event. Raises ApiError 402 on a decline.

    `answers` is what the buyer told beside the e-mail.
    """
    check_open(call, session)
    redemptions.refuse_what_is_used_up(call, session)
    answers = answers or {}
    choosing.choose(call, session, answers)
    if answers.get("shipping_rate") is not None:
        totals.ship_by(session, answers["shipping_rate"])
        totals.recount(session)
    customer = call.store.get(session["customer"], "customer")
    collecting.take(session, answers, customers.email_of(call, session, email), customer)
    session["_agreed"] = saved_methods.asks(session) and answers.get("save_payment_method") is True
    if session["mode"] == "setup":
        setups.save(call, session, method, passed=passed)
        return complete(call, session, "no_payment_required")
    totals.know_the_place(session)
    if not session["amount_total"]:
        session["_method"] = _to_keep(session, method, passed=passed)
        return complete(call, session, "no_payment_required")
    intent = intent_of(call, session)
    intent["amount"] = session["amount_total"]
    collecting.hand_on(session, intent)
    payments.attempt(
        call, intent, method, email=session["customer_details"]["email"], passed=passed
    )
    return complete(call, session, "paid" if intent["status"] == "succeeded" else "unpaid")


def needs_method(session: Json) -> bool:
    """True if the page asks for a way to pay: nothing may be due today, and something later."""
    kept = session["payment_method_collection"] == "always" or session["mode"] == "setup"
    return kept or bool(session["amount_total"])


def _to_keep(session: Json, method: Method, *, passed: bool) -> str | None:
    """Return what a subscription is paid with later on. Raises ApiError 402 on a decline."""
    if session["payment_method_collection"] != "always":
        return None
    unmet = method.challenge and not passed
    decline = ("authentication_required", None) if unmet else method.decline
    if decline:
        message = decline_message(*decline)
        raise ApiError(
            message, status=402, kind="card_error", code=decline[0], decline_code=decline[1]
        )
    return method.number


def check_open(call: Call, session: Json) -> None:
    """Refuse to pay what is over already. Raises ApiError."""
    if session["status"] != "open":
        raise ApiError(
            f"This Checkout Session is {session['status']}; it cannot be paid.",
        )
    link = call.store.get(session["payment_link"], "payment_link")
    if link and links.is_used_up(link):
        raise ApiError("This payment link has reached its limit.")


def complete(call: Call, session: Json, payment_status: str) -> Json:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    if session["mode"] == "subscription":
        subscriptions.begin(call, session, known_intent(call, session))
    elif session["mode"] == "payment":
        _keep_method(call, session, customers.of_session(call, session))
        invoices.of_session(call, session)
    customer_updates.take(call, session)
    tax_ids.tell(call, session)
    call.store.put(session)
    redemptions.redeem(call, session)
    return call.emit("checkout.session.completed", session)


def _keep_method(call: Call, session: Json, customer: Json | None) -> None:
    """Say whose the payment is, and give the method to its customer where it is to be kept."""
    intent = known_intent(call, session)
    if intent is None or customer is None:
        return
    intent["customer"] = customer["id"]
    call.store.put(intent)
    saved_methods.keep(call, session, intent, customer)


def hear(call: Call, intent: Json) -> Json | None:
    """Tell a subscription and a session that a delayed payment came in or failed."""
    subscriptions.hear(call, intent)
    session = call.store.get(intent.get("_session"), "checkout.session")
    if session is None:
        return None
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        return call.emit("checkout.session.async_payment_succeeded", call.store.put(session))
    return call.emit("checkout.session.async_payment_failed", session)
