"""Invoices over the API: drafted, finalized, sent, paid, voided or given up."""

from __future__ import annotations

from . import (
    credit,
    customers,
    given_methods,
    invoice_closings,
    invoice_items,
    invoices,
    subscription_shapes,
    subscriptions,
    tax_rates,
)
from .errors import ApiError, invalid, missing
from .forms import boolean, integer, metadata, text
from .money import check_currency, check_size
from .store import Json, shown
from .world import Call

_DAY = 86_400
_TEXTS = ("description", "footer", "statement_descriptor")


def create(call: Call) -> Json:
    """Draft an invoice for a customer. Raises ApiError."""
    params = call.params
    if "customer" not in params:
        raise missing("customer")
    customer = call.world.need(params["customer"], "customer", param="customer")
    currency = check_currency(params["currency"]) if "currency" in params else None
    waiting = invoice_items.pending(call, customer["id"], currency) if _takes_items(call) else []
    named = (waiting[0]["currency"] if waiting else None) or currency or "usd"
    thing = {
        **subscription_shapes.invoice(call),
        "auto_advance": False,
        "billing_reason": "manual",
        "currency": named,
        "customer": customer["id"],
        **{f"customer_{name}": customer[name] for name in ("address", "email", "name", "phone")},
        "customer_shipping": customer["shipping"],
        "effective_at": None,
        "metadata": metadata(params),
        "number": None,
        "parent": None,
        "period_end": call.store.now(),
        "period_start": call.store.now(),
        "status": "draft",
        "total_discount_amounts": [],
    }
    thing["status_transitions"]["finalized_at"] = None
    _describe(call, thing)
    for item in waiting:
        call.store.put(item | {"invoice": thing["id"]})
    thing = invoice_items.recount(call, thing)
    call.emit("invoice.created", thing)
    return thing


def _takes_items(call: Call) -> bool:
    return call.params.get("pending_invoice_items_behavior") == "include"


def _describe(call: Call, thing: Json) -> None:
    """Write down what a call says of a draft. Raises ApiError."""
    params = call.params
    thing |= {name: text(params, name) for name in _TEXTS if name in params}
    if params.get("default_payment_method"):
        param = "default_payment_method"
        kept = given_methods.of_customer(call, params[param], thing["customer"], param)
        thing[param] = kept["id"]
    thing["collection_method"] = params.get("collection_method", thing["collection_method"])
    by_hand = thing["collection_method"] == "send_invoice"
    for name in ("days_until_due", "due_date"):
        if name in params and not by_hand:
            raise invalid(name, f"You can only use {name} if collection_method is send_invoice.")
    rates = tax_rates.named(call, params, "default_tax_rates")
    thing["default_tax_rates"] = thing["default_tax_rates"] if rates is None else rates
    days = integer(params, "days_until_due")
    due = integer(params, "due_date") if days is None else call.store.now() + days * _DAY
    if by_hand and due is None and thing["due_date"] is None:
        raise missing("days_until_due")
    thing["due_date"] = thing["due_date"] if due is None else due


def update(call: Call, invoice: Json) -> Json:
    """Change a draft; of a final invoice only what is noted. Raises ApiError."""
    if set(call.params) - {"metadata"}:
        _refuse_unless_draft(invoice)
    before = shown(invoice)
    _describe(call, invoice)
    if "default_tax_rates" in call.params:
        invoice |= invoice_items.recount(call, invoice)
    invoice["metadata"] = metadata(call.params, invoice["metadata"])
    call.emit_changes("invoice.updated", invoice, before)
    return call.store.put(invoice)


def delete(call: Call, invoice: Json) -> Json:
    """Throw a draft away with its items. Raises ApiError."""
    _refuse_unless_draft(invoice)
    for item in invoice_items.of_invoice(call, invoice["id"]):
        call.store.drop(item["id"])
    call.store.drop(invoice["id"])
    call.emit("invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def finalize(call: Call, invoice: Json) -> Json:
    """Give a draft its number; from then on it is owed. Raises ApiError."""
    _refuse_unless_draft(invoice)
    check_size(invoice["total"], invoice["currency"], "total")
    customer = call.world.need(invoice["customer"], "customer")
    invoice |= {
        "effective_at": call.store.now(),
        "hosted_invoice_url": f"{call.base}/invoices/{invoice['id']}",
        "invoice_pdf": f"{call.base}/invoices/{invoice['id']}/pdf",
        "number": customers.next_invoice_number(call, customer),
        "status": "open",
    }
    invoice["status_transitions"]["finalized_at"] = call.store.now()
    credit.take(call, invoice, customer)
    call.emit("invoice.finalized", call.store.put(invoice))
    if invoice["amount_due"] <= 0:
        invoices.pay(call, invoice)
    return invoice


def send(call: Call, invoice: Json) -> Json:
    """Send an invoice to its customer: nothing is sent here but the event. Raises ApiError."""
    if invoice["collection_method"] != "send_invoice":
        raise ApiError("You can only manually send an invoice if its collection method is "
                       "'send_invoice'.")  # fmt: skip
    if not invoice["customer_email"]:
        raise ApiError("Missing email. In order to send invoices to customers, the customer must "
                       "have a valid email.")  # fmt: skip
    if invoice["status"] == "draft":
        finalize(call, invoice)
    call.emit("invoice.sent", invoice)
    return invoice


def void(call: Call, invoice: Json) -> Json:
    """Take back what was owed; a subscription that never began ends with it. Raises ApiError."""
    return _told(call, invoice_closings.void(call, invoice))


def _told(call: Call, invoice: Json) -> Json:
    name = invoices.subscription_of(invoice)
    if name is not None:
        subscriptions.look_at(call, call.world.need(name, "subscription"), invoice)
    return invoice


def pay(call: Call, invoice: Json) -> Json:
    """Collect an invoice now, a draft as well, or note that it was paid elsewhere."""
    if invoice["status"] == "draft":
        finalize(call, invoice)
        if invoice["status"] == "paid":
            return invoice
    if boolean(call.params, "paid_out_of_band"):
        return _told(call, invoice_closings.paid_elsewhere(call, invoice))
    if invoices.subscription_of(invoice) is not None:
        return subscriptions.pay_invoice(call, invoice)
    invoices.refuse_unless_owed(invoice)
    kept = _paid_by(call, invoice)
    try:
        invoices.collect(call, invoice, kept)
    except ApiError:
        invoices.fail(call, invoice, again=False)
        raise
    return invoice


def _paid_by(call: Call, invoice: Json) -> Json:
    given = call.params.get("payment_method") or invoice["default_payment_method"]
    if given:
        return given_methods.of_customer(call, given, invoice["customer"], "payment_method")
    kept = customers.default_method(call, call.world.need(invoice["customer"], "customer"))
    if kept is None:
        raise customers.no_way_to_pay()
    return kept


def _refuse_unless_draft(invoice: Json) -> None:
    if invoice["status"] != "draft":
        raise ApiError("This invoice is already finalized, you can't change it.",
                       code="invoice_not_editable")  # fmt: skip
