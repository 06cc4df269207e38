"""Discounts of a subscription: once, for some months, or for ever."""

from __future__ import annotations

from . import discounts, periods, redemptions
from .errors import no_such
from .store import Json, new_id
from .world import Call

KIND = "discount"


def take(call: Call, thing: Json, params: Json) -> None:
    """Put the discounts that are named in the place of those that were. Raises ApiError."""
    if "discounts" not in params:
        return
    kept: list[str] = []
    chosen = []
    for place, given in enumerate(params["discounts"] or []):
        param = f"discounts[{place}]"
        if "discount" in given:
            if given["discount"] not in thing["discounts"]:
                raise no_such("discount", given["discount"], param=f"{param}[discount]")
            kept.append(given["discount"])
        else:
            chosen.append(discounts.coupon_of(call, given, _buyer(thing), param))
    for name in [one for one in thing["discounts"] if one not in kept]:
        _end(call, thing, name)
    for coupon, code in chosen:
        give(call, thing, coupon, code)


def _buyer(thing: Json) -> Json:
    items = thing["items"]["data"]
    subtotal = sum(item["price"]["unit_amount"] * item["quantity"] for item in items)
    alike = {name: thing[name] for name in ("customer", "currency")}
    return alike | {"amount_subtotal": subtotal}


def give(
    call: Call, thing: Json, coupon: Json, code: Json | None, session: str | None = None
) -> Json:
    """Let a coupon count for a subscription from now on."""
    now, months = call.store.now(), coupon["duration_in_months"]
    every = {"interval": "month", "interval_count": months}
    made = call.store.put(
        {
            "id": new_id("di"),
            "object": KIND,
            "checkout_session": session,
            "customer": thing["customer"],
            "customer_account": None,
            "end": periods.end_of(now, 1, every) if months else None,
            "invoice": None,
            "invoice_item": None,
            "promotion_code": code["id"] if code else None,
            "source": {"coupon": coupon["id"], "type": "coupon"},
            "start": now,
            "subscription": thing["id"],
            "subscription_item": None,
            "_coupon": dict(coupon),
        }
    )
    thing["discounts"].append(made["id"])
    if session is None:  # a session counts its own
        redemptions.count(call, coupon, code)
    call.emit("customer.discount.created", made)
    return made


def active(call: Call, thing: Json) -> list[Json]:
    """Return what counts for an invoice that is made now."""
    now = call.store.now()
    found = [call.world.need(name, KIND) for name in thing["discounts"]]
    return [
        {"id": one["id"], "coupon": one["_coupon"]}
        for one in found
        if one["end"] is None or now < one["end"]
    ]


def used(call: Call, thing: Json) -> None:
    """Let go what an invoice has used up, or what is over."""
    for name in list(thing["discounts"]):
        one = call.world.need(name, KIND)
        over = one["end"] is not None and one["end"] <= call.store.now()
        if over or one["_coupon"]["duration"] == "once":
            _end(call, thing, name)


def _end(call: Call, thing: Json, name: str) -> None:
    one = call.world.need(name, KIND)
    one["end"] = min(one["end"] or call.store.now(), call.store.now())
    thing["discounts"].remove(name)
    call.emit("customer.discount.deleted", call.store.put(one))
