"""How a subscription begins: with a trial, on another day of the month, or with a whole period.

https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

from __future__ import annotations

from . import periods
from .errors import invalid, missing
from .forms import integer, table
from .store import Json
from .world import Call

DAY = 86_400
_LEAST_TRIAL, _MOST_TRIAL_DAYS = 2 * DAY, 730
_BEGINNINGS = ("billing_cycle_anchor", "proration_behavior", "trial_end", "trial_period_days")
Part = tuple[int, int]  # of a recurring price, what is due at once


def read(call: Call, params: Json, items: list[Json]) -> Json:
    """Return when the first whole period begins and what is due before it. Raises ApiError."""
    given = table(params, "subscription_data")
    where = "subscription_data"
    said = {name: given[name] for name in _BEGINNINGS if name in given}
    if not said:
        return {}
    trial = _trial(call, given, where)
    if trial is not None:
        if "billing_cycle_anchor" in given:
            raise invalid(f"{where}[billing_cycle_anchor]", "It cannot be used with a trial here.")
        return {"_given": said, "_anchor": trial, "_trial": True, "_part": (0, 1)}
    anchor = integer(given, "billing_cycle_anchor", where=f"{where}[billing_cycle_anchor]")
    if anchor is None:
        raise missing(f"{where}[billing_cycle_anchor]")
    part = _until(call, anchor, items)
    if given.get("proration_behavior") == "none":
        part = (0, 1)
    return {"_given": said, "_anchor": anchor, "_trial": False, "_part": part}


def _trial(call: Call, given: Json, where: str) -> int | None:
    now = call.store.now()
    days = integer(given, "trial_period_days", where=f"{where}[trial_period_days]")
    end = integer(given, "trial_end", where=f"{where}[trial_end]")
    if days is not None and end is not None:
        raise invalid(f"{where}[trial_end]", "You may only specify one of these parameters.")
    if days is not None:
        if not 1 <= days <= _MOST_TRIAL_DAYS:
            raise invalid(f"{where}[trial_period_days]", "A trial has from 1 to 730 days.")
        return now + days * DAY
    if end is not None and end < now + _LEAST_TRIAL:
        raise invalid(f"{where}[trial_end]", "It must be at least 48 hours in the future.")
    return end


def _until(call: Call, anchor: int, items: list[Json]) -> Part:
    """Return which part of the shortest period passes before the anchor. Raises ApiError."""
    now = call.store.now()
    ends = [periods.end_of(now, 1, item["_recurring"]) for item in items if item["_recurring"]]
    if not now < anchor <= min(ends):
        raise invalid(
            "subscription_data[billing_cycle_anchor]",
            "`billing_cycle_anchor` must be in the future, and no later than the natural end of "
            "the first period.",
        )
    return anchor - now, min(ends) - now
