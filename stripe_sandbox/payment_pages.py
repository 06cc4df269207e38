"""`payment_pages`: how a browser, or Stripe's command line, shows a session and pays it."""

from __future__ import annotations

from . import checkout, clock, payments, saved_methods, ui_modes
from .errors import ApiError, missing
from .forms import integer, table
from .methods import Method, find_method
from .store import Json
from .world import Call


def show(call: Call, session: Json) -> Json:
    ui_modes.check_secret(call, session)
    return session


def confirm(call: Call, session: Json) -> Json:
    """Pay a session by a method made before; a browser's buyer may be sent to the bank first.

    Raises ApiError.
    """
    ui_modes.check_secret(call, session)
    expected = integer(call.params, "expected_amount")
    if expected not in (None, session["amount_total"]):
        raise ApiError(
            "The expected amount does not match the amount of the Checkout Session.",
            code="checkout_amount_mismatch",
            param="expected_amount",
        )
    given = call.params.get("payment_method")
    if given is None and session["amount_total"]:
        raise missing("payment_method")
    kept = call.store.get(given, "payment_method")
    number = saved_methods.number_of(call.world, session, given)
    method = find_method(number or "pm_card_visa", session["currency"])
    email = call.params.get("email") or table(kept or {}, "billing_details").get("email")
    if call.key_kind == "pk" and session["ui_mode"] != ui_modes.HOSTED:
        _know_the_buyer(session, email)
        if method.challenge and session["amount_total"]:
            return _ask_the_bank(call, session, method)
    checkout.pay(call, session, method, email=email, passed=False)
    clock.after_payment(call, session)
    return session


def _know_the_buyer(session: Json, email: str | None) -> None:
    """A page of the merchant's own must tell Stripe the buyer's e-mail. Raises ApiError."""
    session["customer_email"] = email or session["customer_email"]
    if not session["customer_email"]:
        raise ApiError(
            "An email is needed to confirm this Checkout Session.",
            code="parameter_missing",
            param="email",
        )


def _ask_the_bank(call: Call, session: Json, method: Method) -> Json:
    checkout.check_open(call, session)
    intent = checkout.intent_of(call, session)
    intent["amount"] = session["amount_total"]
    back = ui_modes.way_back(session) or ""
    payments.demand_challenge(call, intent, method, f"{call.base}/3ds/{intent['id']}", back)
    return session
