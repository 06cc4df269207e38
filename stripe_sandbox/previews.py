"""Previews of a subscription's next invoice, also after a change of items. Nothing is kept."""

from __future__ import annotations

import copy

from . import credit, invoice_items, invoices, item_changes, periods, subscription_ends
from . import subscriptions as subs
from .errors import missing
from .forms import table
from .store import Json, new_id, shown
from .world import Call


def create(call: Call) -> Json:
    """Show what a subscription will be billed next. Raises ApiError."""
    if "subscription" not in call.params:
        raise missing("subscription")
    name = call.params["subscription"]
    kept = call.world.need(name, "subscription", param="subscription")
    subscription_ends.refuse_ended(kept)
    thing = copy.deepcopy(kept)
    lines, items = _due(call, thing, table(call.params, "subscription_details"))
    customer = call.world.need(thing["customer"], "customer")
    totals = invoices.total_of(call, thing, lines, items)
    invoice = invoices.draw(call, thing, customer, "upcoming", totals)
    invoice |= {
        "id": new_id("upcoming_in"),
        "auto_advance": False,
        "effective_at": None,
        "number": None,
        "status": "draft",
        **credit.balances(invoice, customer),
    }
    invoice["status_transitions"]["finalized_at"] = None
    return invoices.with_lines(invoice, thing, lines, items)


def _due(call: Call, thing: Json, params: Json) -> tuple[list[Json], list[Json]]:
    """Return lines and invoice items of the next invoice, after a change. Raises ApiError."""
    items = [dict(item) for item in invoice_items.of_subscription(call, thing)]
    if "items" in params:
        before = shown(thing)["items"]["data"]
        item_changes.change(call, thing, params, "subscription_details[items]")
        now, owed = item_changes.due(call, thing, params, before)
        if now or params.get("proration_behavior") == "always_invoice":
            return now, [*items, *owed]
        items = [*items, *owed]
    for item in thing["items"]["data"]:
        start = item["current_period_end"]
        every = item["price"]["recurring"]
        end = periods.end_of(thing["billing_cycle_anchor"], thing["_turn"] + 1, every)
        item |= {"current_period_start": start, "current_period_end": end}
    return subs.lines(call, thing), items
