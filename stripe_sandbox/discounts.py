"""Coupons and promotion codes, and what they take off a session."""

from __future__ import annotations

import re

from . import breakdowns, redemptions, totals
from .errors import ApiError, invalid, missing
from .forms import boolean, integer, metadata, table, text
from .money import check_currency
from .shapes import nulls
from .store import Json, new_id, shown
from .world import Call

_CODE = re.compile(r"[A-Z0-9-]{1,500}", re.ASCII)
CODES = {"SAVE10": 10, "HALF": 50, "FREE": 100}  # known without making them: percent off


def create_coupon(call: Call) -> Json:
    """Make a coupon of a percentage or an amount. Raises ApiError."""
    params = call.params
    call.world.check_free(text(params, "id") or "", "coupon")
    amount, percent = _positive(params, "amount_off"), _percent(params)
    if (amount is None) == (percent is None):
        raise invalid("percent_off", "You must pass either `percent_off` or `amount_off`.")
    if amount is not None and "currency" not in params:
        raise missing("currency")
    named = check_currency(params["currency"]) if "currency" in params else None
    currency = named if amount is not None else None
    thing = _coupon(call, percent_off=percent, amount_off=amount, currency=currency)
    thing |= {
        "duration": params.get("duration", "once"),
        "duration_in_months": _months(params),
        "max_redemptions": _positive(params, "max_redemptions"),
        "metadata": metadata(params),
        "name": text(params, "name"),
        "redeem_by": _later(call, params, "redeem_by"),
        "id": text(params, "id") or thing["id"],
    }
    thing["_due"] = thing["redeem_by"]
    call.emit("coupon.created", call.store.put(thing))
    return thing


def _months(params: Json) -> int | None:
    """Read for how long a coupon repeats. Raises ApiError."""
    months = _positive(params, "duration_in_months")
    repeats = params.get("duration") == "repeating"
    if repeats and months is None:
        raise missing("duration_in_months")
    if months is not None and not repeats:
        raise invalid("duration_in_months", "Only a coupon with `duration=repeating` has months.")
    return months


def _later(call: Call, params: Json, name: str) -> int | None:
    at = integer(params, name)
    if at is not None and at <= call.store.now():
        raise invalid(name, "Invalid timestamp: must be in the future.")
    return at


def _percent(params: Json) -> float | None:
    given = params.get("percent_off")
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", given) or not 0 < float(given) <= 100:  # noqa: PLR2004
        raise invalid("percent_off", "Invalid percentage: must be above 0 and at most 100.")
    return float(given)


def _coupon(call: Call, **fields: object) -> Json:
    return {
        **nulls("applies_to", "duration_in_months", "max_redemptions", "name", "redeem_by"),
        "id": new_id("", 8).removeprefix("_"),
        "object": "coupon",
        "created": call.store.now(),
        "duration": "once",
        "livemode": False,
        "metadata": {},
        "times_redeemed": 0,
        "valid": True,
        **fields,
    }


def create_code(call: Call) -> Json:
    """Make a code a buyer can type. Raises ApiError."""
    params = call.params
    name = params.get("coupon") or table(params, "promotion").get("coupon")
    if name is None:
        raise missing("promotion[coupon]")
    coupon = call.world.need(name, "coupon", param="promotion[coupon]")
    code = (text(params, "code") or new_id("", 8).removeprefix("_")).upper()
    if not _CODE.fullmatch(code):
        raise invalid("code", "A code has letters, digits and dashes alone.")
    if _find(call, code):
        raise invalid("code", "An active promotion code with that code exists already.")
    thing = _code(call, coupon, code)
    customer = params.get("customer")
    if customer is not None:
        call.world.need(customer, "customer", param="customer")
    thing |= {
        "customer": customer,
        "expires_at": _later(call, params, "expires_at"),
        "max_redemptions": _positive(params, "max_redemptions"),
        "metadata": metadata(params),
        "restrictions": _restrictions(params),
        "active": coupon["valid"] and boolean(params, "active") is not False,
    }
    thing["_due"] = thing["expires_at"]
    call.emit("promotion_code.created", call.store.put(thing))
    return thing


def _positive(params: Json, name: str) -> int | None:
    value = integer(params, name)
    if value is not None and value < 1:
        raise invalid(name, "Invalid positive integer", "parameter_invalid_integer")
    return value


def _restrictions(params: Json) -> Json:
    given = table(params, "restrictions")
    least = _positive(given, "minimum_amount")
    currency = given.get("minimum_amount_currency")
    if (least is None) != (currency is None):
        raise missing(f"restrictions[minimum_amount{'' if least is None else '_currency'}]")
    return {
        "first_time_transaction": bool(boolean(given, "first_time_transaction")),
        "minimum_amount": least,
        "minimum_amount_currency": currency and check_currency(currency),
    }


def _code(call: Call, coupon: Json, code: str) -> Json:
    restrictions = nulls("minimum_amount", "minimum_amount_currency")
    return {
        **nulls("customer", "customer_account", "expires_at", "max_redemptions"),
        "id": new_id("promo"),
        "object": "promotion_code",
        "active": True,
        "code": code,
        "created": call.store.now(),
        "livemode": False,
        "metadata": {},
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {**restrictions, "first_time_transaction": False},
        "times_redeemed": 0,
    }


def update_code(call: Call, code: Json) -> Json:
    before = shown(code)
    active = boolean(call.params, "active")
    if active and not redemptions.can_count(call, code):
        raise invalid(
            "active",
            "A promotion code can only be active while its coupon is valid and it can be redeemed.",
        )
    code["active"] = code["active"] if active is None else active
    code["metadata"] = metadata(call.params, code["metadata"])
    call.emit_changes("promotion_code.updated", code, before)
    return call.store.put(code)


def begin(call: Call, session: Json, given: object) -> None:
    """Apply what a new session names in `discounts`. Raises ApiError."""
    if given is None:
        return
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], dict):
        raise invalid("discounts", "You can pass one discount.")
    coupon, code = coupon_of(call, given[0], session, "discounts[0]")
    _take_off(call, session, coupon, code["id"] if code else None)


def coupon_of(call: Call, given: Json, buyer: Json, where: str) -> tuple[Json, Json | None]:
    """Return the coupon that is named, and the code if one is; both must count for the buyer.

    `buyer` has `customer`, `currency` and `amount_subtotal`. Raises ApiError.
    """
    if "promotion_code" in given:
        param = f"{where}[promotion_code]"
        code = call.world.need(given["promotion_code"], "promotion_code", param=param)
        return _good(call, buyer, code, param), code
    param = f"{where}[coupon]"
    coupon = call.world.need(given.get("coupon"), "coupon", param=param)
    if redemptions.is_over(call, coupon):
        raise invalid(param, f"Coupon {coupon['id']} is no longer valid.", "coupon_expired")
    if coupon["currency"] not in (None, buyer["currency"]):
        raise _wrong(param)
    return coupon, None


def apply(call: Call, session: Json, typed: str) -> Json:
    """Take what a buyer typed off the total, where codes are allowed. Raises ApiError."""
    code = typed.strip().upper()
    if not session["allow_promotion_codes"]:
        raise _wrong()
    found = _find(call, code)
    if found is None and code in CODES:
        coupon = call.store.put(
            _coupon(call, percent_off=float(CODES[code]), amount_off=None, currency=None)
        )
        found = call.store.put(_code(call, coupon, code))
    if found is None:
        raise _wrong()
    _take_off(call, session, _good(call, session, found, "code"), found["id"])
    return call.store.put(session)


def _find(call: Call, code: str) -> Json | None:
    codes = call.store.newest("promotion_code")
    return next((one for one in codes if one["active"] and one["code"] == code), None)


def _good(call: Call, buyer: Json, code: Json, param: str) -> Json:
    """Return the coupon of a code that counts for a buyer. Raises ApiError."""
    coupon = call.store.get(code["promotion"]["coupon"], "coupon")
    if coupon is None or coupon["currency"] not in (None, buyer["currency"]):
        raise _wrong(param)
    if not code["active"] or redemptions.is_over(call, code) or redemptions.is_over(call, coupon):
        raise _wrong(param)
    if not _is_for(call, buyer, code):
        raise _wrong(param)
    return coupon


def _is_for(call: Call, buyer: Json, code: Json) -> bool:
    """True if a code may be used by this customer for this much."""
    told, customer = code["restrictions"], buyer["customer"]
    least, currency = told["minimum_amount"], told["minimum_amount_currency"]
    if least is not None and (currency != buyer["currency"] or buyer["amount_subtotal"] < least):
        return False
    if code["customer"] not in (None, customer):
        return False
    paid = (c for c in call.store.newest("charge") if c["paid"] and c["customer"] == customer)
    return not (told["first_time_transaction"] and customer and any(paid))


def _take_off(call: Call, session: Json, coupon: Json, code: str | None) -> None:
    session["_percent_off"] = coupon["percent_off"] or 0
    session["_amount_off"] = coupon["amount_off"] or 0
    session["discounts"] = [{"coupon": None if code else coupon["id"], "promotion_code": code}]
    now = call.store.now()
    session["_discount"] = breakdowns.discount(session, coupon, code, new_id("di"), now)
    totals.recount(session)


def _wrong(param: str = "code") -> ApiError:
    return ApiError("This code is invalid.", param=param)
