"""Invoices of subscriptions: made, collected, paid or failed."""

from __future__ import annotations

from collections.abc import Iterable

from . import (
    credit,
    customers,
    invoice_items,
    lasting_discounts,
    payments,
    shapes,
    subscription_shapes,
    sums,
)
from .errors import ApiError
from .methods import METHODS
from .store import Json
from .world import Call

_DAY = 86_400
OWED = ("open", "uncollectible")  # what was given up can still be paid
RETRY_AFTER = 3 * _DAY  # Stripe's own schedule is learned; ours is plain
_WITHOUT_THE_BUYER = "4000002500003155"  # asks once, then pays without the buyer


def make(
    call: Call,
    subscription: Json,
    reason: str,
    totals: Json,
    lines: Iterable[Json],
    *,
    items: Iterable[Json] = (),
    from_balance: bool = True,
) -> Json:
    """Make an open invoice of lines and of invoice items that wait for one.

    `totals` holds subtotal, discount and tax (minor units); `from_balance` says that the
    customer's balance pays first.
    """
    customer = call.world.need(subscription["customer"], "customer")
    thing = draw(call, subscription, customer, reason, totals)
    thing["number"] = customers.next_invoice_number(call, customer)
    taken = [call.store.put(item | {"invoice": thing["id"]}) for item in items]
    with_lines(thing, subscription, lines, taken)
    if from_balance:
        credit.take(call, thing, customer)
    if reason != "subscription_update" and totals["subtotal"]:
        lasting_discounts.used(call, subscription)
    subscription["latest_invoice"] = thing["id"]
    call.store.put(subscription)
    call.emit("invoice.created", call.store.put(thing))
    call.emit("invoice.finalized", thing)
    return thing


def draw(call: Call, subscription: Json, customer: Json, reason: str, totals: Json) -> Json:
    """Draw up an invoice of a subscription; it has neither lines nor a number yet."""
    period = subscription["items"]["data"][0]
    due = totals["subtotal"] - totals["discount"] + totals["tax"]
    taken, inside = totals.get("total_discount_amounts", []), totals.get("inside", 0)
    return {
        **subscription_shapes.invoice(call),
        "amount_due": due,
        "amount_remaining": due,
        "billing_reason": reason,
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_email": customer["email"],
        "default_tax_rates": subscription["default_tax_rates"],
        "discounts": [one["discount"] for one in taken],
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
                "subscription_proration_date": None,
            },
            "type": "subscription_details",
        },
        "period_end": period["current_period_end"],
        "period_start": period["current_period_start"],
        "subtotal": totals["subtotal"],
        "subtotal_excluding_tax": totals["subtotal"] - inside,
        "total": due,
        "total_discount_amounts": taken,
        "total_excluding_tax": due - totals["tax"] - inside,
        "total_taxes": totals.get("total_taxes") or None,
    }


def with_lines(
    invoice: Json, subscription: Json, lines: Iterable[Json], items: Iterable[Json]
) -> Json:
    """Let an invoice show what it is made of: what waited for it first."""
    rows = [invoice_items.line(item) for item in items]
    rows += [subscription_shapes.invoice_line(invoice, subscription, line) for line in lines]
    invoice["lines"] = shapes.listing(f"/v1/invoices/{invoice['id']}/lines", rows)
    return invoice


def of_session(call: Call, session: Json) -> Json | None:
    """Make the invoice over a payment that is in, where the session was asked to."""
    if not (session["invoice_creation"] or {}).get("enabled"):
        return None
    customer = call.world.need(session["customer"], "customer")
    totals, details = session["total_details"], session["customer_details"]
    number = customers.next_invoice_number(call, customer)
    thing = {
        **subscription_shapes.invoice(call),
        "amount_due": session["amount_total"],
        "amount_remaining": session["amount_total"],
        "billing_reason": "manual",
        "currency": session["currency"],
        "customer": customer["id"],
        **{f"customer_{name}": details[name] for name in ("address", "email", "name", "phone")},
        "metadata": dict(session["invoice_creation"]["invoice_data"]["metadata"]),
        "number": number,
        "parent": None,
        "period_end": call.store.now(),
        "period_start": call.store.now(),
        "subtotal": session["amount_subtotal"],
        "subtotal_excluding_tax": session["amount_subtotal"],
        "total": session["amount_total"],
        "total_discount_amounts": [],
        "total_excluding_tax": session["amount_total"] - totals["amount_tax"],
    }
    thing["lines"] = shapes.listing(f"/v1/invoices/{thing['id']}/lines", [])
    thing["hosted_invoice_url"] = f"{call.base}/invoices/{thing['id']}"
    thing["invoice_pdf"] = f"{call.base}/invoices/{thing['id']}/pdf"
    session["invoice"] = thing["id"]
    call.emit("invoice.created", call.store.put(thing))
    call.emit("invoice.finalized", thing)
    pay(call, thing)
    return thing


def collect(call: Call, invoice: Json, kept: Json) -> None:
    """Try to collect an invoice by a method, without the buyer. Raises ApiError 402."""
    method = METHODS[kept["_number"]]
    intent = call.store.get(invoice.get("_intent"), "payment_intent") or _intent(call, invoice)
    without_the_buyer = method.number == _WITHOUT_THE_BUYER
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    email = invoice["customer_email"]
    if method.challenge and not without_the_buyer:
        url = f"{call.base}/3ds/{intent['id']}"
        payments.demand_challenge(call, intent, method, url, "", kept=kept)
        call.emit("invoice.payment_action_required", call.store.put(invoice))
        raise ApiError(
            "This payment requires additional user action before it can be completed "
            "successfully. Payment can be completed using the PaymentIntent associated with the "
            "invoice.",
            status=402,
            kind="card_error",
            code="invoice_payment_intent_requires_action",
        )
    payments.attempt(call, intent, method, email=email, passed=without_the_buyer, kept=kept)
    if intent["status"] == "succeeded":
        pay(call, invoice)


def await_payment(call: Call, invoice: Json) -> Json:
    """Make the intent that somebody is to confirm."""
    return _intent(call, invoice)


def _intent(call: Call, invoice: Json) -> Json:
    made = shapes.intent(
        call.store,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription update",
        payment_method_types=["card", "sepa_debit", "us_bank_account", "customer_balance"],
    )
    belong(call, made, invoice)
    call.emit("payment_intent.created", made)
    return made


def belong(call: Call, intent: Json, invoice: Json) -> None:
    """Note which intent pays which invoice."""
    intent["_invoice"] = invoice["id"]
    invoice["_intent"] = intent["id"]
    call.store.put(intent)
    payment = subscription_shapes.invoice_payment(invoice, intent, call.store.now())
    invoice["_payment"] = call.store.put(payment)["id"]
    call.store.put(invoice)


def pay(call: Call, invoice: Json) -> None:
    """Mark an invoice as paid, and say so as Stripe does: twice."""
    invoice |= {
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempted": True,
        "attempt_count": max(1, invoice["attempt_count"]),
        "next_payment_attempt": None,
        "status": "paid",
    }
    invoice["status_transitions"]["paid_at"] = call.store.now()
    payment = call.store.get(invoice.get("_payment"), "invoice_payment")
    if payment is not None:
        payment |= {"amount_paid": invoice["amount_due"], "status": "paid"}
        payment["status_transitions"]["paid_at"] = call.store.now()
        call.emit("invoice_payment.paid", call.store.put(payment))
    call.emit("invoice.paid", call.store.put(invoice))
    call.emit("invoice.payment_succeeded", invoice)


def fail(call: Call, invoice: Json, *, again: bool) -> None:
    """Note a failed collection; `again` says that another try will follow, at its own time."""
    before = invoice["next_payment_attempt"]
    if before is None or before <= call.store.now():
        before = (before or invoice["period_start"]) + RETRY_AFTER
    invoice |= {"attempted": True, "next_payment_attempt": before if again else None}
    call.emit("invoice.payment_failed", call.store.put(invoice))


def of_intent(call: Call, intent: Json) -> Json | None:
    return call.store.get(intent.get("_invoice"), "invoice")


def subscription_of(invoice: Json) -> str | None:
    """Return whose invoice it is; None for one that was written by hand, or of a session."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    name: str | None = details.get("subscription")
    return name


def refuse_unless_owed(invoice: Json) -> None:
    """Refuse to collect what is not owed. Raises ApiError."""
    if invoice["status"] not in OWED:
        raise ApiError(f"Invoice is already {invoice['status']}")


def total_of(
    call: Call, subscription: Json, lines: Iterable[Json], items: Iterable[Json] = ()
) -> Json:
    """Add up lines and invoice items, with the subscription's discounts and everybody's taxes."""
    rows = [*items, *lines]
    for row in rows:
        row["_rates"] = row.get("tax_rates") or subscription["default_tax_rates"]
    return sums.reckon(rows, lasting_discounts.active(call, subscription))
