"""Checkout Sessions: made, shown, listed, expired, paid."""

from __future__ import annotations

from typing import Any

from . import (
    choosing,
    collecting,
    customer_updates,
    customers,
    discounts,
    echoes,
    first_periods,
    line_items,
    session_modes,
    setups,
    shapes,
    tax_rates,
    totals,
    ui_modes,
    vouchers,
)
from .errors import ApiError, invalid, missing
from .forms import boolean, integer, metadata, table, text
from .methods import FILTERS, kinds_for
from .money import check_currency
from .store import Json
from .world import Call

HALF_HOUR, DAY = 1_800, 86_400
_RECOVERABLE = 30 * DAY
_COMPUTED = (
    "adaptive_pricing", "allowed_payment_method_types", "automatic_tax",
    "excluded_payment_method_types", "managed_payments", "optional_items",
    "payment_method_collection", "payment_method_options", "payment_method_types",
    "shipping_options", *collecting.ASKED, *echoes.ECHOED,
)  # fmt: skip

_HANDED_ON = (
    "capture_method", "description", "receipt_email", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix",
)  # fmt: skip


def create(call: Call) -> Json:
    params = call.params
    mode = params.get("mode") or _refuse_missing("mode")
    shown_on = ui_modes.read(params)
    session_modes.check(mode, params)
    if boolean(params, "allow_promotion_codes") and params.get("discounts"):
        raise invalid(
            "allow_promotion_codes",
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
        )
    items = [] if mode == "setup" else line_items.read(call, params.get("line_items"))
    return build(call, items, mode=mode, params=params, **shown_on)


def build(call: Call, items: list[Json], *, mode: str, params: Json, **more: Any) -> Json:
    """Make an open session of these line items."""
    currency = _currency(params, items)
    recurring = any(item["_recurring"] for item in items)
    if recurring != (mode == "subscription"):
        raise invalid(
            "mode", "You must use `subscription` mode with recurring prices, and only then."
        )
    thing = shapes.session(
        call.store,
        mode=mode,
        currency=currency,
        amount_subtotal=0,
        amount_total=0,
        allow_promotion_codes=boolean(params, "allow_promotion_codes"),
        **{name: params.get(name) for name in FILTERS},
        client_reference_id=params.get("client_reference_id"),
        customer=customers.named(call),
        customer_email=params.get("customer_email"),
        locale=params.get("locale"),
        metadata=metadata(params),
        expires_at=_expiry(call, params),
        payment_method_options=vouchers.options(params),
        payment_method_types=_kinds(params, mode, currency),
        optional_items=choosing.offered(call, params.get("optional_items"), mode, items),
        payment_method_collection=_collection(params, mode),
        customer_creation="always" if mode == "subscription" else _creation(params),
        billing_address_collection=params.get("billing_address_collection"),
        **collecting.asked(params, mode),
        **echoes.shown(params),
        **more,
    )
    thing["after_expiration"] = _recovery(params)
    thing["_customer_update"] = customer_updates.asked(params)
    thing["_handed_on"] = _handed_on(params, mode)
    thing["_items"] = items
    thing["_computed"] = {key: params[key] for key in _COMPUTED if key in params}
    (_count if items else setups.begin)(call, thing, params)
    ui_modes.give_way_in(call, thing)
    thing["_due"] = thing["expires_at"]
    return call.store.put(thing)


def _currency(params: Json, items: list[Json]) -> str:
    """Return what is paid in: that of the prices, which have one each. Raises ApiError."""
    if not items:
        return setups.currency_of(params)
    theirs: str = items[0]["currency"]
    wanted = check_currency(params.get("currency", theirs))
    if wanted != theirs:
        raise invalid(
            "line_items[0][price]",
            f"The price specified only supports `{theirs}`. This doesn't match the expected "
            f"currency: `{wanted}`.",
        )
    return theirs


def _count(call: Call, session: Json, params: Json) -> None:
    """Work out what an open session comes to."""
    beginning = first_periods.read(call, params, session["_items"])
    session |= beginning
    for item in session["_items"]:
        item["_part"] = beginning.get("_part") if item["_recurring"] else None
    tax_rates.default(call, session, params)
    totals.begin(call, session, params)
    totals.recount(session)
    discounts.begin(call, session, params.get("discounts"))


def _recovery(params: Json) -> Json | None:
    given = table(table(params, "after_expiration"), "recovery")
    if not given:
        return None
    return {
        "recovery": {
            "allow_promotion_codes": boolean(given, "allow_promotion_codes") or False,
            "enabled": bool(boolean(given, "enabled")),
            "expires_at": None,
            "url": None,
        }
    }


def _handed_on(params: Json, mode: str) -> Json:
    """Keep what the session's intent is to be given."""
    name = "subscription_data" if mode == "subscription" else "payment_intent_data"
    given = table(params, name)
    kept: Json = {key: text(given, key) for key in _HANDED_ON if key in given}
    return {"metadata": metadata(given), **kept, "shipping": collecting.shipping_of(given)}


def _kinds(params: Json, mode: str, currency: str) -> list[str]:
    manual = table(params, "payment_intent_data").get("capture_method") == "manual"
    kinds = kinds_for(params, currency, manual=manual)
    if mode == "payment":
        return kinds
    return [kind for kind in kinds if kind not in vouchers.VOUCHERS]  # they pay only once


def _refuse_missing(name: str) -> str:
    raise missing(name)


def _expiry(call: Call, params: Json) -> int:
    now = call.store.now()
    asked = integer(params, "expires_at", default=now + DAY) or 0
    # A minute's grace: the caller's clock and the network are not ours.
    if not now + HALF_HOUR - 60 <= asked <= now + DAY + 60:
        raise invalid(
            "expires_at",
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
        )
    return asked


def _collection(params: Json, mode: str) -> str:
    usual = "always" if mode == "subscription" else "if_required"
    return str(params.get("payment_method_collection", usual))


def _creation(params: Json) -> str:
    if boolean(table(params, "invoice_creation"), "enabled"):
        return "always"  # an invoice is somebody's
    return str(params.get("customer_creation", "if_required"))


def expire(call: Call, session: Json) -> Json:
    if session["status"] != "open":
        raise ApiError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    session |= {"status": "expired", "url": None}
    recovery = (session["after_expiration"] or {}).get("recovery")
    if recovery and recovery["enabled"]:
        # By the clock nobody calls, and nobody says where we are.
        recovery["url"] = f"{session.get('_base', '')}/r/{session['id']}"
        recovery["expires_at"] = call.store.now() + _RECOVERABLE
    call.store.put(session)
    setups.cancel(call, session)
    intent = call.store.get(session["payment_intent"] or session.get("_intent"), "payment_intent")
    if intent is not None and intent["status"].startswith("requires_"):
        intent |= {
            "status": "canceled",
            "canceled_at": call.store.now(),
            "cancellation_reason": "automatic",
        }
        call.emit("payment_intent.canceled", call.store.put(intent))
    call.emit("checkout.session.expired", session)
    return session


def run_out(call: Call, session: Json) -> None:
    """Expire a session whose time has come, unless it was completed meanwhile."""
    if session["status"] == "open":
        expire(call, session)


def recover(call: Call, expired: Json) -> Json:
    """Open a copy of an expired session for a buyer who followed the recovery link."""
    recovery = expired["after_expiration"]["recovery"]
    codes = "true" if recovery["allow_promotion_codes"] else "false"
    params = {
        "client_reference_id": expired["client_reference_id"],
        "customer_email": (expired["customer_details"] or {}).get("email")
        or expired["customer_email"],
        "metadata": dict(expired["metadata"]),
        "payment_intent_data": dict(expired["_handed_on"]),
        "subscription_data": {**expired["_handed_on"], **expired.get("_given", {})},
        "setup_intent_data": dict(expired["_handed_on"]),
        "currency": expired["currency"],
        "locale": expired["locale"],
        "allow_promotion_codes": codes,
        "after_expiration": {"recovery": {"enabled": "true", "allow_promotion_codes": codes}},
        **expired.get("_computed", {}),
    }
    params = {key: value for key, value in params.items() if value}
    return build(
        call,
        [dict(item) for item in expired["_items"]],
        mode=expired["mode"],
        params=params,
        success_url=expired["success_url"],
        cancel_url=expired["cancel_url"],
        recovered_from=expired["id"],
        payment_link=expired["payment_link"],
    )
