"""Early fraud warnings: the card's bank says that a payment may be fraud; no money moves yet."""

from __future__ import annotations

from .errors import ApiError
from .store import Json, new_id
from .world import Call

_KIND = "radar.early_fraud_warning"
FRAUD_TYPES = (
    "card_never_received", "fraudulent_card_application", "made_with_counterfeit_card",
    "made_with_lost_card", "made_with_stolen_card", "misc", "unauthorized_use_of_card",
)  # fmt: skip


def warn(call: Call, intent: Json, fraud_type: str) -> Json:
    """Warn of a paid intent. Raises ApiError."""
    charge = call.store.get(intent["latest_charge"], "charge")
    if charge is None or charge["status"] != "succeeded":
        raise ApiError(f"{intent['id']} has no successful charge to warn of.")
    thing = {
        "id": new_id("issfr"),
        "object": _KIND,
        "actionable": _is_actionable(charge),
        "charge": charge["id"],
        "created": call.store.now(),
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": intent["id"],
    }
    call.emit(f"{_KIND}.created", call.store.put(thing))
    return thing


def look_again(call: Call, charge: Json) -> None:
    """Let warnings of a charge know that it was disputed or fully refunded."""
    if _is_actionable(charge):
        return
    for thing in call.store.newest(_KIND):
        if thing["charge"] == charge["id"] and thing["actionable"]:
            thing["actionable"] = False
            call.emit(f"{_KIND}.updated", call.store.put(thing), {"actionable": True})


def _is_actionable(charge: Json) -> bool:
    """True if it has neither been disputed nor fully refunded: Stripe's definition."""
    return not charge["disputed"] and not charge["refunded"]
