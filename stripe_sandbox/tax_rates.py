"""Tax rates: a percentage on top of what is billed, or inside it."""

from __future__ import annotations

import re

from . import lists
from .errors import invalid, missing
from .forms import boolean, metadata, table, text
from .shapes import nulls
from .store import Json, new_id, shown
from .world import Call

KIND = "tax_rate"
_TEXTS = ("country", "description", "display_name", "jurisdiction", "state", "tax_type")


def create(call: Call) -> Json:
    """Make a tax rate. Raises ApiError."""
    params = call.params
    for name in ("display_name", "inclusive", "percentage"):
        if name not in params:
            raise missing(name)
    thing = _new(call, _percentage(params), inclusive=boolean(params, "inclusive") is True)
    thing |= {
        "active": boolean(params, "active") is not False,
        "metadata": metadata(params),
        **_said(params),
    }
    call.emit("tax_rate.created", call.store.put(thing))
    return thing


def _new(call: Call, percentage: float, *, inclusive: bool) -> Json:
    return {
        **nulls(*_TEXTS, "flat_amount", "jurisdiction_level"),
        "id": new_id("txr"),
        "object": KIND,
        "active": True,
        "created": call.store.now(),
        "effective_percentage": percentage,
        "inclusive": inclusive,
        "livemode": False,
        "metadata": {},
        "percentage": percentage,
        "rate_type": "percentage",
    }


def listed(call: Call) -> Json:
    """List the rates that somebody made."""
    made = [lambda rate: "_automatic" not in rate]
    return lists.page(call, KIND, "/v1/tax_rates", fields=("active", "inclusive"), more=made)


def automatic(call: Call, percentage: float) -> list[Json]:
    """Return the rates of automatic tax: on top of a price, and inside one."""
    known = [rate for rate in call.store.newest(KIND) if "_automatic" in rate]
    if not known:
        blank = [_new(call, percentage, inclusive=inside) for inside in (True, False)]
        known = [
            call.store.put(rate | {"display_name": "Sales Tax", "_automatic": True})
            for rate in blank
        ][::-1]
    return [shown(rate) for rate in known]


def default(call: Call, session: Json, params: Json) -> None:
    """Tax what a session sells by its subscription's rates, unless it has its own.

    Raises ApiError.
    """
    given = table(params, "subscription_data")
    rates = named(call, given, "default_tax_rates", "subscription_data") or []
    session["_default_tax_rates"] = rates
    own = [item for item in session["_items"] if item["_rates"]]
    if (own or rates) and boolean(table(params, "automatic_tax"), "enabled"):
        raise invalid("automatic_tax", "You cannot use automatic tax with tax rates of your own.")
    for item in session["_items"]:
        item["_rates"] = item["_rates"] or rates


def _percentage(params: Json) -> float:
    given = str(params["percentage"])
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", given) or float(given) > 100:  # noqa: PLR2004
        raise invalid("percentage", "Invalid percentage: must be from 0 to 100, with 4 decimals.")
    return float(given)


def _said(params: Json) -> Json:
    return {name: text(params, name) for name in _TEXTS if name in params}


def update(call: Call, rate: Json) -> Json:
    """Change what a rate is called and whether it is used: never its percentage."""
    params, before = call.params, shown(rate)
    active = boolean(params, "active")
    rate |= {"active": rate["active"] if active is None else active, **_said(params)}
    rate["metadata"] = metadata(params, rate["metadata"])
    call.emit_changes("tax_rate.updated", rate, before)
    return call.store.put(rate)


def named(call: Call, params: Json, name: str, where: str = "") -> list[Json] | None:
    """Return the rates that are named; None if nothing is said of them. Raises ApiError."""
    if name not in params:
        return None
    at = f"{where}[{name}]" if where else name
    rates = []
    for place, one in enumerate(params[name] or []):
        rate = call.world.need(one, KIND, param=f"{at}[{place}]")
        if not rate["active"]:
            raise invalid(f"{at}[{place}]", f"The tax rate {one} is not active.")
        rates.append(shown(rate))
    if len({rate["inclusive"] for rate in rates}) > 1:
        raise invalid(at, "You cannot mix inclusive and exclusive tax rates.")
    return rates
