"""How often coupons and promotion codes were used, and whether they still count."""

from __future__ import annotations

from collections.abc import Iterator

from .errors import ApiError
from .store import Json
from .world import Call


def is_over(call: Call, thing: Json) -> bool:
    """True if a coupon or a code has run out or is used up."""
    until = thing["redeem_by"] if thing["object"] == "coupon" else thing["expires_at"]
    late = until is not None and until <= call.store.now()
    return late or is_used_up(thing)


def is_used_up(thing: Json) -> bool:
    most = thing["max_redemptions"]
    return most is not None and bool(thing["times_redeemed"] >= most)


def redeem(call: Call, session: Json) -> None:
    """Count the codes and coupons of a session that is complete."""
    for coupon, code in of_session(call, session):
        count(call, coupon, code)


def refuse_what_is_used_up(call: Call, session: Json) -> None:
    """Refuse to pay by a coupon or a code that others used up meanwhile. Raises ApiError."""
    for coupon, code in of_session(call, session):
        if any(thing and is_used_up(thing) for thing in (coupon, code)):
            raise ApiError("This code has been used up: it has no redemptions left.")


def of_session(call: Call, session: Json) -> Iterator[tuple[Json, Json | None]]:
    """Return what a session takes off: each coupon that is still there, and its code."""
    for discount in session["discounts"]:
        code = call.store.get(discount["promotion_code"], "promotion_code")
        coupon = call.store.get((code or {"promotion": discount})["promotion"]["coupon"], "coupon")
        if coupon is not None:
            yield coupon, code


def count(call: Call, coupon: Json, code: Json | None) -> None:
    """Note that a coupon, and its code, were used once more."""
    for thing in (coupon, code):
        if thing is not None:
            thing["times_redeemed"] += 1
            look_again(call, thing)


def look_again(call: Call, thing: Json) -> None:
    """See whether a coupon, or a code, still counts; a coupon takes all its codes along."""
    if thing["object"] == "promotion_code":
        thing["active"] = thing["active"] and can_count(call, thing)
    else:
        thing["valid"] = not is_over(call, thing)
        if not thing["valid"]:
            stop_codes(call, thing)
    call.store.put(thing)


def stop_codes(call: Call, coupon: Json) -> None:
    """End what leads to a coupon that is no longer valid: a code is only as good as its coupon."""
    for code in call.store.newest("promotion_code"):
        if code["promotion"]["coupon"] == coupon["id"] and code["active"]:
            code["active"] = False
            call.store.put(code)


def can_count(call: Call, code: Json) -> bool:
    """True if a code may be active: it can be redeemed, and its coupon is valid."""
    coupon = call.store.get(code["promotion"]["coupon"], "coupon")
    return coupon is not None and not is_over(call, coupon) and not is_over(call, code)
