"""Subscriptions: begun by a session, renewed by the clock, past due, ended."""

from __future__ import annotations

from . import (
    breakdowns,
    customers,
    given_methods,
    invoice_items,
    invoices,
    lasting_discounts,
    periods,
    redemptions,
    setups,
    subscription_ends,
    subscription_shapes,
    sums,
)
from .errors import ApiError
from .methods import find_method
from .store import Json, new_id, shown
from .world import Call

_TRIES = 4  # of collecting one invoice, the first included
_DEFAULT = "default_payment_method"


def begin(call: Call, session: Json, intent: Json | None) -> Json:
    """Begin what a session sold: customer, subscription and its first invoice."""
    customer = customers.of_session(call, session) or customers.make(call)
    waiting = intent is not None and intent["status"] != "succeeded"
    begun = "trialing" if session.get("_trial") else "active"
    status = "incomplete" if waiting else begun
    thing = subscription_shapes.subscription(call, session, customer, status)
    if intent is not None:
        intent["customer"] = customer["id"]
        kept = call.world.need(intent["payment_method"], "payment_method")
        thing["default_payment_method"] = setups.attach(call, kept, customer)["id"]
    elif session.get("_method"):
        method = find_method(session["_method"], session["currency"])
        kept = setups.keep(call, method, customer["email"], customer)
        thing["default_payment_method"] = kept["id"]
    session |= {"customer": customer["id"], "subscription": thing["id"]}
    taken = [
        lasting_discounts.give(call, thing, coupon, code, session["id"])["id"]
        for coupon, code in redemptions.of_session(call, session)
    ]
    call.emit("customer.subscription.created", call.store.put(thing))
    totals, rows = _first_totals(session, taken), _first_lines(call, session)
    invoice = invoices.make(call, thing, "subscription_create", totals, rows, from_balance=False)
    session["invoice"] = invoice["id"]
    if intent is not None:
        invoices.belong(call, intent, invoice)
    if not waiting:
        invoices.pay(call, invoice)
    return thing


def _first_totals(session: Json, taken: list[str]) -> Json:
    """Say what a session came to; what a discount took off is the discount's."""
    off = session["total_details"]["amount_discount"]
    taxes = [sums.of_session(tax) for tax in breakdowns.of(session)["taxes"]]
    return {
        "subtotal": session["amount_subtotal"],
        "discount": off,
        # What is inside the prices is no more to pay.
        "tax": session["amount_total"] - session["amount_subtotal"] + off,
        "inside": sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive"),
        "total_discount_amounts": [{"amount": off, "discount": name} for name in taken],
        "total_taxes": taxes,
    }


def _first_lines(call: Call, session: Json) -> list[Json]:
    lines = []
    for item in session["_items"]:
        row = line(call, call.world.need(item["price"], "price"), item["quantity"], None)
        taxes = [sums.of_session(tax) for tax in item["taxes"]]
        lines.append(row | {"amount": item["amount_subtotal"], "_taxes": taxes})
    return lines


def line(call: Call, price: Json, quantity: int, item: str | None) -> Json:
    product = call.store.get(price["product"], "product") or {}
    return {
        "amount": price["unit_amount"] * quantity,
        "name": product.get("name", "Product"),
        "price": price["id"],
        "product": price["product"],
        "quantity": quantity,
        "subscription_item": item or new_id("si", 14),
        "unit_amount": price["unit_amount"],
    }


def lines(call: Call, thing: Json) -> list[Json]:
    """Return what a subscription is billed for a period, a line for each of its items."""
    return [
        line(call, item["price"], item["quantity"], item["id"]) | {"tax_rates": item["tax_rates"]}
        for item in thing["items"]["data"]
    ]


def turn(call: Call, thing: Json) -> None:
    """Do what is due: renew at the end of a period, or try again to collect."""
    now = call.store.now()
    if subscription_ends.is_to_end(thing, now):
        subscription_ends.end(call, thing, "cancellation_requested")
    elif thing["status"] == "trialing" and now < thing["trial_end"]:
        thing["_due"] = thing["trial_end"]
        call.emit("customer.subscription.trial_will_end", call.store.put(thing))
    elif thing["status"] == "trialing" and not _can_go_on(call, thing):
        return
    elif thing["status"] == "incomplete":
        subscription_ends.end(call, thing, "payment_failed", "incomplete_expired")
    elif thing["status"] == "past_due":
        _try_again(call, thing)
    elif thing["status"] in ("active", "trialing"):
        renew(call, thing)


def _try_again(call: Call, thing: Json) -> None:
    """Collect what is owed when its day has come; what was closed unpaid is owed no more."""
    now, period_end = call.store.now(), thing["items"]["data"][0]["current_period_end"]
    invoice = call.world.need(thing["latest_invoice"], "invoice")
    collects = invoice["status"] == "open"
    at = invoice["next_payment_attempt"] if collects else period_end
    if now < at:
        thing["_due"] = at
        subscription_ends.wake_for_end(thing)
        call.store.put(thing)
    elif collects:
        collect(call, thing, invoice)
    else:
        renew(call, thing)


def _can_go_on(call: Call, thing: Json) -> bool:
    """True if a trial that ends is followed by an invoice, as it was said at the beginning."""
    without = thing["trial_settings"]["end_behavior"]["missing_payment_method"]
    if without == "create_invoice" or paid_by(call, thing) is not None:
        return True
    if without == "pause":
        thing["_due"] = None
        was = thing["status"]
        call.emit("customer.subscription.paused", call.store.put(thing | {"status": "paused"}))
        thing["status"] = "paused"
        call.emit("customer.subscription.updated", call.store.put(thing), {"status": was})
    else:
        subscription_ends.end(call, thing, "cancellation_requested")
    return False


def paid_by(call: Call, thing: Json) -> Json | None:
    """Return what pays a subscription, if its customer has it still: its own, or the default."""
    name = thing["default_payment_method"] or thing.get("_paid_first")
    kept = call.store.get(name, "payment_method")
    if kept is not None and kept["customer"] == thing["customer"]:
        return kept
    return customers.default_method(call, call.world.need(thing["customer"], "customer"))


def renew(call: Call, thing: Json) -> None:
    before = {"items": shown(thing)["items"], "latest_invoice": thing["latest_invoice"]}
    thing["_turn"] += 1
    items = thing["items"]["data"]
    for item in items:
        every = item["price"]["recurring"]
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] = periods.end_of(
            thing["billing_cycle_anchor"], thing["_turn"], every
        )
    thing["_due"] = items[0]["current_period_end"]
    rows, waiting = lines(call, thing), invoice_items.of_subscription(call, thing)
    totals = invoices.total_of(call, thing, rows, waiting)
    invoice = invoices.make(call, thing, "subscription_cycle", totals, rows, items=waiting)
    call.emit("customer.subscription.updated", call.store.put(thing), before)
    collect(call, thing, invoice)


def collect(call: Call, thing: Json, invoice: Json) -> None:
    try:
        kept = paid_by(call, thing)
        if not invoice["amount_due"]:
            invoices.pay(call, invoice)
        elif kept is not None:
            invoices.collect(call, invoice, kept)
        else:  # a trial began without one, or it was taken away
            invoice["attempt_count"] += 1
            raise customers.no_way_to_pay()
    except ApiError:
        _fall_behind(call, thing, invoice)
    else:
        look_at(call, thing, invoice)


def _fall_behind(call: Call, thing: Json, invoice: Json) -> None:
    again = invoice["attempt_count"] < _TRIES
    invoices.fail(call, invoice, again=again)
    if not again:
        subscription_ends.end(call, thing, "payment_failed")
        return
    thing["_due"] = invoice["next_payment_attempt"]
    subscription_ends.wake_for_end(thing)
    call.store.put(thing)
    be(call, thing, "past_due")


def look_at(call: Call, thing: Json, invoice: Json) -> None:
    """Let a subscription know what became of an invoice: the latest one decides."""
    if invoice["id"] != thing["latest_invoice"]:
        return
    if invoice["status"] == "paid":
        be(call, thing, "active")
    elif invoice["status"] == "void" and thing["status"] == "incomplete":
        subscription_ends.end(call, thing, "payment_failed", "incomplete_expired")


def be(call: Call, thing: Json, status: str) -> None:
    """Change the status and tell of it; nothing is told that is not new, and no end is undone."""
    was = thing["status"]
    if was == status or not subscription_ends.goes_on(thing):
        return
    thing["status"] = status
    if status == "active":
        thing["_due"] = thing["items"]["data"][0]["current_period_end"]
    call.emit("customer.subscription.updated", call.store.put(thing), {"status": was})


def hear(call: Call, intent: Json) -> None:
    """Tell a subscription that the delayed payment of an invoice came in or failed."""
    invoice = invoices.of_intent(call, intent)
    if invoice is None or invoice["status"] not in invoices.OWED:
        return
    name = invoices.subscription_of(invoice)
    if name is None:  # of one that was written by hand
        if intent["status"] == "succeeded":
            invoices.pay(call, invoice)
        return
    thing = call.world.need(name, "subscription")
    if intent["status"] == "succeeded":
        if thing["status"] == "incomplete":
            _remember(call, thing, intent)
        invoices.pay(call, invoice)
        look_at(call, thing, invoice)
    elif thing["status"] == "incomplete":
        invoices.fail(call, invoice, again=False)
        subscription_ends.end(call, thing, "payment_failed", "incomplete_expired")
    elif subscription_ends.goes_on(thing) and invoice["status"] == "open":
        _fall_behind(call, thing, invoice)
    else:
        invoices.fail(call, invoice, again=False)


def method_of(call: Call, thing: Json, given: object) -> Json:
    """Say what a subscription is paid by from now on. Raises ApiError."""
    kept = given_methods.of_customer(call, given, thing["customer"], _DEFAULT)
    find_method(kept["_number"], thing["currency"])
    customer = call.world.need(thing["customer"], "customer")
    return {"default_payment_method": setups.attach(call, kept, customer)["id"]}


def _remember(call: Call, thing: Json, intent: Json) -> None:
    """Pay what follows by what paid first; show it as the default where that was asked for."""
    kept = call.world.need(intent["payment_method"], "payment_method")
    setups.attach(call, kept, call.store.get(thing["customer"], "customer"))
    thing["_paid_first"] = kept["id"]
    if thing["payment_settings"]["save_default_payment_method"] == "on_subscription":
        thing["default_payment_method"] = intent["payment_method"]


def pay_invoice(call: Call, invoice: Json) -> Json:
    """Collect an invoice now, by the subscription's method or another. Raises ApiError."""
    invoices.refuse_unless_owed(invoice)
    thing = call.world.need(invoices.subscription_of(invoice), "subscription")
    given = call.params.get("payment_method")
    kept = paid_by(call, thing)
    if given:
        kept = given_methods.of_customer(call, given, thing["customer"], "payment_method")
    if kept is None:
        raise customers.no_way_to_pay()
    try:
        invoices.collect(call, invoice, kept)
    except ApiError:
        late = thing["status"] == "past_due" and invoice["status"] == "open"
        invoices.fail(call, invoice, again=late)
        raise
    look_at(call, thing, invoice)
    return invoice
