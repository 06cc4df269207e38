"""Ways to pay that a customer saved: offered again on the hosted page, and paid with by their id.

What a buyer agreed to see again may always be shown; what was kept for the merchant's use only
where the session asks for it. https://docs.stripe.com/payments/checkout/save-during-payment
"""

from __future__ import annotations

from . import owners, setups
from .store import Json
from .world import Call, World

ALWAYS = "always"


def offered(world: World, session: Json) -> list[Json]:
    """List what the page may show of its customer's, the newest first."""
    options = session["saved_payment_method_options"] or {}
    filters = options.get("allow_redisplay_filters") or [ALWAYS]
    return [
        kept
        for kept in world.store.newest("payment_method")
        if session["customer"] is not None
        and kept["customer"] == session["customer"]
        and kept["allow_redisplay"] in filters
        and kept["type"] in session["payment_method_types"]
    ]


def number_of(world: World, session: Json, given: object) -> object:
    """Return the number that is meant: a saved way to pay is named by its id. Raises ApiError."""
    kept = world.store.get(given, "payment_method")
    session["_saved"] = None
    if kept is None:
        return given
    owners.check(kept, session["customer"], "Session")
    session["_saved"] = kept["id"]
    return kept["_number"]


def chosen(call: Call, intent: Json, number: str) -> Json | None:
    """Return the saved way to pay that an intent's session is being paid with."""
    session = call.store.get(intent.get("_session"), "checkout.session") or {}
    kept = call.store.get(session.get("_saved"), "payment_method")
    return kept if kept is not None and kept["_number"] == number else None


def keep(call: Call, session: Json, intent: Json, customer: Json) -> None:
    """Give what paid to its customer, where the payment or its buyer asked for that."""
    agreed = session.get("_agreed", False)
    if intent["setup_future_usage"] is None and not agreed:
        return
    kept = call.world.need(intent["payment_method"], "payment_method")
    if agreed:
        kept["allow_redisplay"] = ALWAYS
    if kept["customer"] is None:
        setups.attach(call, kept, customer)
    call.store.put(kept)


def asks(session: Json) -> bool:
    """True if the page asks its buyer whether to keep the way to pay."""
    options = session["saved_payment_method_options"] or {}
    return bool(options.get("payment_method_save") == "enabled")
