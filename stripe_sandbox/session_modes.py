"""What Stripe takes of a session in one mode and refuses in another."""

from __future__ import annotations

from .errors import invalid
from .store import Json

_MODES = ("payment", "subscription", "setup")
_SELLS = ("payment", "subscription")
_ONLY_IN = {
    "allow_promotion_codes": _SELLS,
    "automatic_tax": _SELLS,
    "customer_creation": ("payment", "setup"),
    "discounts": _SELLS,
    "line_items": _SELLS,
    "managed_payments": _SELLS,
    "optional_items": _SELLS,
    "payment_intent_data": ("payment",),
    "payment_method_collection": ("subscription",),
    "saved_payment_method_options": _SELLS,
    "setup_intent_data": ("setup",),
    "shipping_options": ("payment",),
    "submit_type": _SELLS,
    "subscription_data": ("subscription",),
}
# Stripe sells in its own name then, and says these itself.
_UNMANAGED = (
    "automatic_tax", "customer_update", "shipping_address_collection", "shipping_options",
    "tax_id_collection",
)  # fmt: skip


def check(mode: str, params: Json) -> None:
    """Refuse parameters of another mode. Raises ApiError."""
    for name in params:
        modes = _ONLY_IN.get(name, _MODES)
        if mode not in modes:
            fit = " or ".join(f"`{one}`" for one in modes)
            raise invalid(name, f"You can only use `{name}` in {fit} mode.")
    if is_managed(params):
        for name in _UNMANAGED:
            if name in params:
                raise invalid(name, f"Unsupported parameter: {name}, with Managed Payments.")


def is_managed(params: Json) -> bool:
    """True if Stripe is to be the seller."""
    given = params.get("managed_payments")
    return isinstance(given, dict) and given.get("enabled") == "true"
