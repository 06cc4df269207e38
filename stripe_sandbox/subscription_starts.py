"""Subscriptions over the API: begun for a customer who has, or will name, a way to pay."""

from __future__ import annotations

from . import (
    catalog,
    customers,
    given_methods,
    invoices,
    lasting_discounts,
    setups,
    subscription_ends,
    subscription_shapes,
    tax_rates,
)
from . import subscriptions as subs
from .declines import decline_message
from .errors import ApiError, invalid, missing
from .first_periods import DAY
from .forms import boolean, count, integer, metadata, table, text
from .methods import find_method
from .money import check_amount
from .store import Json
from .world import Call

_MOST_TRIAL_DAYS = 730
_GIVEN_UP_AFTER = 23 * 3600  # seconds that a first payment is waited for
_WITHOUT = ("cancel", "create_invoice", "pause")


def create(call: Call) -> Json:
    """Begin a subscription and collect its first invoice. Raises ApiError."""
    params = call.params
    for name in ("customer", "items"):
        if name not in params:
            raise missing(name)
    customer = call.world.need(params["customer"], "customer", param="customer")
    lines, trial = lines_of(call), trial_end(call)
    kept = _kept(call, customer)
    waits = params.get("payment_behavior") == "default_incomplete"
    if kept is None and trial is None and not waits and any(line["_amount"] for line in lines):
        raise customers.no_way_to_pay()
    if params.get("payment_behavior") == "error_if_incomplete" and trial is None:
        _refuse_unless_good(kept, lines[0]["_currency"])
    thing = _new(call, customer, lines, trial, kept)
    lasting_discounts.take(call, thing, params)
    call.emit("customer.subscription.created", call.store.put(thing))
    _first_invoice(call, thing, waits=waits)
    if boolean(params, "cancel_at_period_end"):
        subscription_ends.end_with_period(call, thing, ending=True)
        call.store.put(thing)
    return thing


def lines_of(call: Call) -> list[Json]:
    """Read what is subscribed to, as a session has its items. Raises ApiError."""
    given = call.params["items"]
    if not isinstance(given, list) or not given:
        raise missing("items")
    lines: list[Json] = []
    for place, item in enumerate(given):
        price = catalog.price_of_line(call, item, f"items[{place}]")
        if price["recurring"] is None:
            raise invalid(
                f"items[{place}][price]",
                f"The price specified is set to `type=one_time` but this field only accepts "
                f"prices with `type=recurring`: {price['id']}.",
            )
        if any(line["price"] == price["id"] for line in lines):
            raise catalog.sold_already(price["id"], f"items[{place}]")
        quantity = count(item, "quantity", where=f"items[{place}][quantity]")
        if lines and price["currency"] != lines[0]["_currency"]:
            raise invalid(f"items[{place}][price]", "All prices must have the same currency.")
        lines.append(
            {
                "price": price["id"], "quantity": quantity, "_recurring": price["recurring"],
                "_amount": price["unit_amount"] * quantity, "_currency": price["currency"],
                "_metadata": metadata(item),
                "_rates": tax_rates.named(call, item, "tax_rates", f"items[{place}]") or [],
            }
        )  # fmt: skip
        catalog.check_rhythm(lines[-1], lines[:-1], f"items[{place}]")
    owed = sum(line["_amount"] for line in lines)
    check_amount(owed, lines[0]["_currency"], "items")
    return lines


def trial_end(call: Call) -> int | None:
    """Read when a trial ends, if there is one. Raises ApiError."""
    params, now = call.params, call.store.now()
    if "trial_end" in params and "trial_period_days" in params:
        raise ApiError("You may only specify one of these parameters: trial_end, "
                       "trial_period_days.")  # fmt: skip
    days = integer(params, "trial_period_days")
    if days is not None:
        if not 0 <= days <= _MOST_TRIAL_DAYS:
            raise invalid("trial_period_days", "A trial has up to 730 days.")
        return now + days * DAY if days else None
    if params.get("trial_end") in (None, "now"):
        return None
    end = integer(params, "trial_end") or 0
    if end <= now:
        raise invalid("trial_end", "Invalid timestamp: must be an integer Unix timestamp in the "
                      "future.")  # fmt: skip
    return end


def without_method(params: Json, before: str = "create_invoice") -> str:
    """Read what becomes of a trial that ends without a way to pay."""
    behavior = table(table(params, "trial_settings"), "end_behavior")
    said = str(behavior.get("missing_payment_method", before))
    return said if said in _WITHOUT else before


def _kept(call: Call, customer: Json) -> Json | None:
    given = call.params.get("default_payment_method")
    if not given:
        return customers.default_method(call, customer)
    kept = given_methods.of_customer(call, given, customer["id"], "default_payment_method")
    return setups.attach(call, kept, customer)


def _refuse_unless_good(kept: Json | None, currency: str) -> None:
    method = find_method(kept["_number"], currency) if kept else None
    if method is None:
        return
    decline = ("authentication_required", None) if method.challenge else method.decline
    if decline:
        code, why = decline
        raise ApiError(
            decline_message(code, why), status=402, kind="card_error", code=code, decline_code=why
        )


def _new(
    call: Call, customer: Json, lines: list[Json], trial: int | None, kept: Json | None
) -> Json:
    params = call.params
    sold = {
        "currency": lines[0]["_currency"],
        "_items": lines,
        "_anchor": trial,
        "_trial": trial is not None,
        "_handed_on": {"description": text(params, "description"), "metadata": metadata(params)},
    }
    status = "trialing" if trial else "incomplete"
    thing = subscription_shapes.subscription(call, sold, customer, status)
    for item, line in zip(thing["items"]["data"], lines, strict=True):
        item |= {"metadata": line["_metadata"], "tax_rates": line["_rates"]}
    thing["default_tax_rates"] = tax_rates.named(call, params, "default_tax_rates") or []
    thing["trial_settings"]["end_behavior"]["missing_payment_method"] = without_method(params)
    save = table(params, "payment_settings").get("save_default_payment_method")
    thing["payment_settings"]["save_default_payment_method"] = save or "off"
    if kept is not None and params.get("default_payment_method"):
        thing["default_payment_method"] = kept["id"]
    return thing


def _first_invoice(call: Call, thing: Json, *, waits: bool) -> None:
    rows = subs.lines(call, thing)
    if thing["status"] == "trialing":
        rows = [row | {"amount": 0} for row in rows]
    totals = invoices.total_of(call, thing, rows)
    invoice = invoices.make(call, thing, "subscription_create", totals, rows)
    if not invoice["amount_due"]:
        invoices.pay(call, invoice)
        if thing["status"] == "incomplete":
            subs.be(call, thing, "active")
        return
    if waits:
        invoices.await_payment(call, invoice)
    else:
        _collect(call, thing, invoice)
    if thing["status"] == "incomplete":
        thing["_due"] = call.store.now() + _GIVEN_UP_AFTER
        call.store.put(thing)


def _collect(call: Call, thing: Json, invoice: Json) -> None:
    """Try once; a first payment that is refused leaves the subscription incomplete."""
    kept = subs.paid_by(call, thing)
    if kept is None:
        return
    try:
        invoices.collect(call, invoice, kept)
    except ApiError:
        invoices.fail(call, invoice, again=False)
    else:
        if invoice["status"] == "paid":
            subs.be(call, thing, "active")
