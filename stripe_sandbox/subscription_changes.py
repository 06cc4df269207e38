"""What is changed of a subscription that goes on: its items, its trial, its end, its payment."""

from __future__ import annotations

import copy

from . import item_changes, lasting_discounts, subscription_ends, subscription_starts, tax_rates
from . import subscriptions as subs
from .forms import boolean, metadata
from .store import Json, shown
from .unmodelled import not_modelled
from .world import Call


def update(call: Call, kept: Json) -> Json:
    """Change a subscription and tell of it. Raises ApiError, and changes nothing then."""
    subscription_ends.refuse_ended(kept, call.params)
    thing = copy.deepcopy(kept)
    params, before = call.params, shown(thing)
    ending = False if "cancel_at" in params else boolean(params, "cancel_at_period_end")
    if ending is not None:
        subscription_ends.end_with_period(call, thing, ending=ending)
    if "description" in params:
        thing["description"] = params["description"] or None
    subscription_ends.say_why(thing, params)
    if "default_payment_method" in params:
        thing |= subs.method_of(call, thing, params["default_payment_method"])
    thing["metadata"] = metadata(params, thing["metadata"])
    behavior = thing["trial_settings"]["end_behavior"]
    said = subscription_starts.without_method(params, behavior["missing_payment_method"])
    behavior["missing_payment_method"] = said
    lasting_discounts.take(call, thing, params)
    rates = tax_rates.named(call, params, "default_tax_rates")
    thing["default_tax_rates"] = thing["default_tax_rates"] if rates is None else rates
    if "items" in params:
        item_changes.update(call, thing, params)
    if "trial_end" in params:
        _end_trial(call, thing)
    call.emit_changes("customer.subscription.updated", thing, before)
    return call.store.put(thing)


def _end_trial(call: Call, thing: Json) -> None:
    """End a trial now, or at another time. Raises ApiError."""
    now = call.store.now()
    end = subscription_starts.trial_end(call) or now
    if thing["status"] != "trialing" or (end == now and thing["cancel_at_period_end"]):
        raise not_modelled("trial_end")
    thing |= {"trial_end": end, "billing_cycle_anchor": end}
    for item in thing["items"]["data"]:
        item["current_period_end"] = end
    thing["_due"] = max(now, end - 3 * 86_400)
    subscription_ends.follow_period(thing)
    if end == now:
        subs.turn(call, call.store.put(thing))
