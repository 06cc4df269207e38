"""How subscriptions end: at once, with what is paid for, or because nobody pays."""

from __future__ import annotations

from . import invoice_closings
from .errors import ApiError, no_such
from .forms import table
from .store import Json
from .world import Call

_OVER = ("canceled", "incomplete_expired")
_NOTES = {"cancellation_details", "metadata"}


def end(call: Call, thing: Json, reason: str, status: str = "canceled") -> None:
    """End a subscription for good; a first invoice that nobody paid is void then."""
    now, first = call.store.now(), thing["status"] == "incomplete"
    thing |= {"status": status, "canceled_at": thing["canceled_at"] or now, "ended_at": now}
    thing["_due"] = None
    thing["cancellation_details"]["reason"] = reason
    call.store.put(thing)
    invoice = call.store.get(thing["latest_invoice"], "invoice")
    if invoice is not None and invoice["status"] == "open":
        if first and not invoice_closings.is_on_its_way(call, invoice):
            invoice_closings.void(call, invoice)
        else:
            call.store.put(invoice | {"auto_advance": False, "next_payment_attempt": None})
    call.emit("customer.subscription.deleted", thing)


def cancel(call: Call, thing: Json) -> Json:
    """End a subscription now. Raises ApiError."""
    if not goes_on(thing):
        raise no_such("subscription", thing["id"])
    say_why(thing, call.params)
    end(call, thing, "cancellation_requested")
    return thing


def end_with_period(call: Call, thing: Json, *, ending: bool) -> None:
    """Let a subscription end with what is paid for, or go on after all."""
    thing |= {
        "cancel_at_period_end": ending,
        "cancel_at": None,
        "canceled_at": call.store.now() if ending else None,
    }
    follow_period(thing)


def follow_period(thing: Json) -> None:
    """Let a subscription that ends with its period end when that does."""
    if thing["cancel_at_period_end"]:
        thing["cancel_at"] = thing["items"]["data"][0]["current_period_end"]
        wake_for_end(thing)


def wake_for_end(thing: Json) -> None:
    """Have a subscription looked at when it is to end, if nothing is due before."""
    if thing["cancel_at"] is not None and thing["_due"] is not None:
        thing["_due"] = min(thing["_due"], thing["cancel_at"])


def is_to_end(thing: Json, now: int) -> bool:
    """True if a subscription was told to end by now, whether or not it owes money."""
    running = thing["status"] in ("active", "past_due", "trialing")
    return running and thing["cancel_at"] is not None and now >= thing["cancel_at"]


def say_why(thing: Json, params: Json) -> None:
    given = table(params, "cancellation_details")
    said = {name: given[name] or None for name in ("comment", "feedback") if name in given}
    thing["cancellation_details"] = thing["cancellation_details"] | said


def goes_on(thing: Json) -> bool:
    """True if a subscription is not over."""
    return thing["status"] not in _OVER


def refuse_ended(thing: Json, params: Json | None = None) -> None:
    """Refuse to change what is over, but for what is noted of it. Raises ApiError."""
    strange = [name for name in params or () if name not in _NOTES]
    if not goes_on(thing) and (params is None or strange):
        raise ApiError(
            "A canceled subscription can only update its cancellation_details and metadata.",
            param=strange[0] if strange else "id",
        )
