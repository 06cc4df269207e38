"""Manual capture: money held on the buyer's card, taken in whole or in part, or released.

What is released shows on the charge as refunded, though nothing was ever taken.
"""

from __future__ import annotations

from . import balance, money_back, shapes
from .store import Json
from .world import Call

LASTS = 7 * 86_400  # an authorisation, on the sandbox's clock


def begin(call: Call, intent: Json, charge: Json) -> None:
    """Keep the money on the buyer's card until somebody captures it."""
    until = call.store.now() + LASTS
    charge |= {"captured": False, "amount_captured": 0, "balance_transaction": None}
    charge["payment_method_details"]["card"]["capture_before"] = until
    intent |= {
        "status": "requires_capture",
        "amount_capturable": intent["amount"],
        "next_action": None,
        "_due": until,
    }
    call.emit("charge.succeeded", call.store.put(charge))
    call.emit("payment_intent.amount_capturable_updated", call.store.put(intent))


def take(call: Call, intent: Json, amount: int) -> None:
    """Capture a held payment; what is left of it is released."""
    charge = call.world.need(intent["latest_charge"], "charge")
    booked = balance.of_charge(call, charge, amount)
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": booked}
    if amount < charge["amount"]:
        _release(call, charge, charge["amount"] - amount, None)
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    intent["_due"] = None
    call.store.put(intent)
    call.emit("charge.captured", call.store.put(charge))
    call.emit("payment_intent.succeeded", intent)
    session = call.store.get(intent.get("_session"), "checkout.session")
    if session is not None:
        call.store.put(session | {"payment_status": "paid"})


def give_up(call: Call, intent: Json) -> None:
    """Release all that an intent holds, because it is canceled."""
    _release_all(call, intent, None, "charge.refunded")


def lapse(call: Call, intent: Json) -> None:
    """Let an authorisation that nobody captured end."""
    _release_all(call, intent, "expired_uncaptured_charge", "charge.expired")
    intent |= {
        "status": "canceled",
        "canceled_at": call.store.now(),
        "cancellation_reason": "automatic",
    }
    call.emit("payment_intent.canceled", call.store.put(intent))


def _release_all(call: Call, intent: Json, reason: str | None, kind: str) -> None:
    charge = call.world.need(intent["latest_charge"], "charge")
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    _release(call, charge, charge["amount"], reason)
    intent |= {"amount_capturable": 0, "_due": None}
    call.emit(kind, charge, before)


def _release(call: Call, charge: Json, amount: int, reason: str | None) -> None:
    released = shapes.refund(
        call.store,
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="succeeded",
        destination_details={
            "type": "card",
            "card": {"type": "reversal", **shapes.nulls("reference", "reference_status"),
                     "reference_type": None},
        },
    )  # fmt: skip
    money_back.belong(call, call.store.put(released), charge)
