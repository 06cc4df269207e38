"""What a publishable key is shown: enough for a payment page, nothing of the merchant's own.

https://docs.stripe.com/metadata says that metadata, for one, cannot be seen with such a key.
"""

from __future__ import annotations

from .store import Json

_FIELDS = (
    "id", "object", "amount", "automatic_payment_methods", "canceled_at", "cancellation_reason",
    "capture_method", "client_secret", "confirmation_method", "created", "currency",
    "description", "last_payment_error", "livemode", "next_action", "payment_method",
    "payment_method_configuration_details", "payment_method_types", "processing",
    "receipt_email", "setup_future_usage", "shipping", "source", "status",
)  # fmt: skip
_MERCHANTS_OWN = frozenset(("client_reference_id", "metadata"))  # of a session


def seen_by_browser(body: Json) -> Json:
    """Leave out of an intent, or of the one inside an error, what only a secret key may see."""
    if "error" in body and "payment_intent" in body["error"]:
        return {
            "error": {**body["error"], "payment_intent": _seen(body["error"]["payment_intent"])}
        }
    return _seen(body)


def _seen(thing: Json) -> Json:
    match thing.get("object"):
        case "payment_intent":
            return {name: thing[name] for name in _FIELDS if name in thing}
        case "checkout.session":
            return _seen_of_session(thing)
        case _:
            return thing


def _seen_of_session(session: Json) -> Json:
    shown = {name: value for name, value in session.items() if name not in _MERCHANTS_OWN}
    intent = session.get("payment_intent")
    return shown | {"payment_intent": _seen(intent) if isinstance(intent, dict) else intent}
