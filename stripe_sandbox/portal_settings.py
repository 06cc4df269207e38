"""Configurations of the customer portal: what customers may do there, and where it leads back."""

from __future__ import annotations

from typing import Any

from .catalog import rhythm
from .errors import invalid, missing
from .forms import boolean, check_url, integer, metadata, table, text
from .store import Json, new_id, shown
from .world import Call

KIND = "billing_portal.configuration"
_PROFILE = ("headline", "privacy_policy_url", "terms_of_service_url")
_NOTHING: Json = {  # what each feature is that nobody spoke of
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "feedback_options": None, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {
        "duration": {"interval_options": [], "type": "indefinite"},
        "enabled": False,
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": None,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def create(call: Call) -> Json:
    """Say what customers may do in their portal. Raises ApiError."""
    if "features" not in call.params:
        raise missing("features")
    thing = _make(call, _features(call.params, _NOTHING), is_default=False)
    call.emit(f"{KIND}.created", thing)
    return thing


def _make(call: Call, features: Json, *, is_default: bool) -> Json:
    params, now = call.params, call.store.now()
    return call.store.put(
        {
            "id": new_id("bpc"),
            "object": KIND,
            "active": True,
            "application": None,
            "business_profile": dict.fromkeys(_PROFILE) | _profile(params),
            "created": now,
            "default_return_url": _back(params),
            "features": features,
            "is_default": is_default,
            "livemode": False,
            "login_page": {"enabled": False, "url": None},
            "metadata": {} if is_default else metadata(params),
            "name": text(params, "name"),
            "updated": now,
        }
    )


def update(call: Call, thing: Json) -> Json:
    """Change what is said, a feature at a time. Raises ApiError."""
    params, before = call.params, shown(thing)
    active = boolean(params, "active")
    if active is False and thing["is_default"]:
        raise invalid("active", "You cannot deactivate the default configuration.")
    thing["active"] = thing["active"] if active is None else active
    if "default_return_url" in params:
        thing["default_return_url"] = _back(params)
    if "name" in params:
        thing["name"] = text(params, "name")
    thing["business_profile"] = thing["business_profile"] | _profile(params)
    thing["features"] = _features(params, thing["features"])
    thing["metadata"] = metadata(params, thing["metadata"])
    thing["updated"] = call.store.now()
    call.emit_changes(f"{KIND}.updated", thing, before)
    return call.store.put(thing)


def _back(params: Json) -> str | None:
    given = text(params, "default_return_url")
    return given and check_url(given, "default_return_url")


def of_session(call: Call) -> Json:
    """Return the configuration that a session of the portal names, or the default.

    The default is made when it is first needed: at Stripe its owner saves it on the dashboard.
    Raises ApiError.
    """
    named = text(call.params, "configuration")
    if named is None:
        known = (one for one in call.store.newest(KIND) if one["is_default"])
        return next(known, None) or _make(call, _default(), is_default=True)
    thing = call.world.need(named, KIND, param="configuration")
    if not thing["active"]:
        raise invalid("configuration", f"The configuration {named} is not active.")
    return thing


def _default() -> Json:
    """Let customers see invoices, change how they pay, and cancel."""
    names = ("invoice_history", "payment_method_update", "subscription_cancel")
    return {
        name: feature | ({"enabled": True} if name in names else {})
        for name, feature in _NOTHING.items()
    }


def _profile(params: Json) -> Json:
    given = table(params, "business_profile")
    return {name: text(given, name) for name in _PROFILE if name in given}


def _features(params: Json, before: Json) -> Json:
    given = table(params, "features")
    return {name: _said(given.get(name) or {}, was) for name, was in before.items()}


def _said(given: Any, before: Json) -> Json:
    """Put what is said of a feature over what it was, with switches as booleans."""
    after = dict(before)
    for name, value in given.items():
        if isinstance(value, dict):
            after[name] = _said(value, before.get(name) or {})
        elif name == "enabled":
            after[name] = boolean(given, name)
        elif name == "products":
            after[name] = [_product(one) for one in value or []] or None
        elif name == "interval_options":
            after[name] = [
                rhythm(one, f"interval_options[{place}]") for place, one in enumerate(value or [])
            ]
        else:
            after[name] = value or ([] if isinstance(before.get(name), list) else None)
    return after


def _product(given: Json) -> Json:
    """Show what customers may change to, and how many they may have of it."""
    said = table(given, "adjustable_quantity")
    return {
        "adjustable_quantity": {
            "enabled": bool(boolean(said, "enabled")),
            "maximum": integer(said, "maximum"),
            "minimum": integer(said, "minimum", default=1),
        },
        "prices": given["prices"],
        "product": given["product"],
    }
