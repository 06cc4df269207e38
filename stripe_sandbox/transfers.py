"""Bank transfers that come in parts: a payment waits until the last of them is there."""

from __future__ import annotations

from .errors import ApiError, invalid
from .store import Json
from .world import Call

_WAITS = "display_bank_transfer_instructions"


def fund(call: Call, intent: Json, amount: int) -> bool:
    """Take a part of what is awaited and tell of it; True if nothing is left. Raises ApiError."""
    told = (intent["next_action"] or {}).get(_WAITS)
    if told is None:
        raise ApiError(f"{intent['id']} waits for no transfer: it is {intent['status']}.")
    left = told["amount_remaining"] - amount
    if amount < 1 or left < 0:
        raise invalid("amount", f"amount is from 1 to {told['amount_remaining']}")
    told["amount_remaining"] = left
    if left:
        call.emit("payment_intent.partially_funded", call.store.put(intent))
    return not left
