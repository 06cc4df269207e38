"""`payment_pages`: how Stripe's command line pays a session without a browser."""

from __future__ import annotations

from . import checkout, clock
from .errors import ApiError, missing
from .forms import integer, table
from .methods import find_method
from .store import Json
from .world import Call


def confirm(call: Call, session: Json) -> Json:
    """Pay a session by a method made before. Raises ApiError."""
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
    method = find_method(kept["_number"] if kept else given or "pm_card_visa", session["currency"])
    email = table(kept or {}, "billing_details").get("email")
    checkout.pay(call, session, method, email=email, passed=False)
    clock.after_payment(call, session)
    return session
