"""What a Payment Link says of the sessions it opens: shown by it, and handed on as given."""

from __future__ import annotations

from typing import Any

from . import choosing, collecting, echoes
from .forms import boolean, metadata, table
from .methods import kinds_for
from .session_modes import check
from .store import Json
from .world import Call

_PLAIN = ("customer_creation", "payment_method_collection", "payment_method_types", "submit_type")
_PAYMENT = (
    "capture_method", "description", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip
_SUBSCRIPTION = ("description", "trial_period_days")
HANDED_ON = (
    "allow_promotion_codes", "automatic_tax", "custom_text", "managed_payments", "optional_items",
    "payment_intent_data", "shipping_options", "subscription_data", *_PLAIN, *collecting.ASKED,
)  # fmt: skip


def shown(call: Call, params: Json, items: list[Json]) -> dict[str, Any]:
    """Show these terms as a link does. Raises ApiError."""
    mode = mode_of(items)
    check(mode, {name: params[name] for name in HANDED_ON if name in params})
    seen: Json = {name: params[name] for name in _PLAIN if name in params}
    asked = collecting.asked(params, mode, answers=False)
    seen |= {name: asked[name] for name in asked if name in params}
    if "payment_method_types" in params:
        kinds_for({"payment_method_types": params["payment_method_types"]}, items[0]["currency"])
    if "allow_promotion_codes" in params:
        seen["allow_promotion_codes"] = boolean(params, "allow_promotion_codes")
    if "billing_address_collection" in params:
        seen["billing_address_collection"] = params["billing_address_collection"]
    if "custom_text" in params:
        seen["custom_text"] = echoes.shown(params)["custom_text"]
    if "optional_items" in params:
        seen["optional_items"] = choosing.offered(call, params["optional_items"], mode, items)
    if "shipping_options" in params:
        seen["shipping_options"] = [_rate(call, one, n) for n, one in _listed(params)]
    for name in ("automatic_tax", "managed_payments"):
        if name in params:
            seen[name] = _switch(params, name)
    return seen | _data(params)


def mode_of(items: list[Json]) -> str:
    return "subscription" if any(item["_recurring"] for item in items) else "payment"


def _switch(params: Json, name: str) -> Json:
    enabled = bool(boolean(table(params, name), "enabled"))
    if name == "managed_payments":
        return {"enabled": enabled}
    return {"enabled": enabled, "liability": {"type": "self"} if enabled else None}


def _listed(params: Json) -> list[tuple[int, Json]]:
    return list(enumerate(params["shipping_options"] or []))


def _rate(call: Call, option: Json, place: int) -> Json:
    where = f"shipping_options[{place}][shipping_rate]"
    rate = call.world.need(option.get("shipping_rate"), "shipping_rate", param=where)
    return {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]}


def _data(params: Json) -> Json:
    seen: Json = {}
    if "payment_intent_data" in params:
        given = table(params, "payment_intent_data")
        said = {name: given.get(name) for name in _PAYMENT}
        seen["payment_intent_data"] = {**said, "metadata": metadata(given)}
    if "subscription_data" in params:
        given = table(params, "subscription_data")
        days = given.get("trial_period_days")
        seen["subscription_data"] = {
            "description": given.get("description"),
            "invoice_settings": {"issuer": {"type": "self"}},
            "metadata": metadata(given),
            "trial_period_days": int(days) if days else None,
            "trial_settings": None,
        }
    return seen
