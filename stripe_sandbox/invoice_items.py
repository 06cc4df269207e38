"""Invoice items: what a customer owes, and the invoice that is written next takes along."""

from __future__ import annotations

from typing import Any

from . import lists, shapes, sums, tax_rates
from .errors import ApiError, invalid, missing
from .forms import count, integer, metadata, only_one, table, text
from .money import check_currency, check_size
from .store import Json, new_id, shown
from .world import Call

_KIND, _URL = "invoiceitem", "/v1/invoiceitems"


def create(call: Call) -> Json:
    """Note what a customer owes, for a draft or the next one. Raises ApiError."""
    params = call.params
    if "customer" not in params:
        raise missing("customer")
    customer = call.world.need(params["customer"], "customer", param="customer")
    amount, price, quantity = _amount(call, params)
    currency = price["currency"] if price else check_currency(params.get("currency", "usd"))
    thing = blank(
        call,
        amount=amount,
        currency=currency,
        customer=customer["id"],
        description=text(params, "description"),
        metadata=metadata(params),
        pricing=_pricing(price, amount, quantity),
        quantity=quantity,
        tax_rates=tax_rates.named(call, params, "tax_rates") or [],
    )
    if "invoice" in params:
        thing["invoice"] = _draft(call, params["invoice"], thing)["id"]
    call.emit("invoiceitem.created", call.store.put(thing))
    _tell_draft(call, thing)
    return thing


def blank(call: Call, **fields: Any) -> Json:
    """Draw up what is owed, for no invoice yet; it is not kept."""
    now = call.store.now()
    return {
        **shapes.nulls(
            "customer_account", "frozen_fields", "invoice", "invoicing_rules", "parent",
            "proration_details", "test_clock",
        ),
        "id": new_id("ii"),
        "object": _KIND,
        "date": now,
        "discountable": True,
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "net_amount": fields["amount"],
        "period": {"start": now, "end": now},
        "proration": False,
        "quantity_decimal": str(fields["quantity"]),
        "tax_rates": [],
        **fields,
    }  # fmt: skip


def _amount(call: Call, params: Json) -> tuple[int, Json | None, int]:
    """Read what is owed: an amount, or a price so many times. Raises ApiError."""
    only_one(params, "amount", "pricing")
    quantity = count(params, "quantity")
    name = table(params, "pricing").get("price")
    if name is not None:
        price = call.world.need(name, "price", param="pricing[price]")
        _refuse_recurring(price)
        amount = price["unit_amount"] * quantity
        check_size(amount, price["currency"], "quantity")
        return amount, price, quantity
    amount = integer(params, "amount")
    if amount is None:
        raise missing("amount")
    if "currency" not in params:
        raise missing("currency")
    if "quantity" in params:
        raise invalid("quantity", "You may only specify one of these parameters: amount, quantity.")
    check_size(amount, check_currency(params["currency"]))
    return amount, None, 1


def _refuse_recurring(price: Json) -> None:
    if price["recurring"] is not None:
        raise invalid(
            "pricing[price]",
            f"The price specified is set to `type=recurring` but this field only accepts prices "
            f"with `type=one_time`: {price['id']}.",
        )
    if not price["active"]:
        raise invalid("pricing[price]", "The price specified is inactive.")


def _pricing(price: Json | None, amount: int, quantity: int) -> Json:
    details = None
    if price:
        details = {"price": price["id"], "product": price["product"]}
    each = amount if quantity == 0 else amount // quantity
    return {"price_details": details, "type": "price_details", "unit_amount_decimal": str(each)}


def _draft(call: Call, name: object, item: Json) -> Json:
    draft = call.world.need(name, "invoice", param="invoice")
    if draft["status"] != "draft" or draft["customer"] != item["customer"]:
        raise invalid("invoice", "The invoice must be a draft of this customer's.")
    if draft["currency"] != item["currency"]:
        raise invalid("currency", f"The currency of the invoice is {draft['currency']}.")
    return draft


def listed(call: Call) -> Json:
    """List what is owed; `pending` are those that no invoice took."""
    more = []
    if "pending" in call.params:
        wanted = call.params["pending"] == "true"
        more = [lambda item: (item["invoice"] is None) is wanted]
    return lists.page(call, _KIND, _URL, fields=("customer", "invoice"), more=more)


def update(call: Call, item: Json) -> Json:
    """Change what is owed while no invoice is final. Raises ApiError."""
    _refuse_final(call, item)
    params = call.params
    if "amount" in params:
        amount = integer(params, "amount") or 0
        check_size(amount, item["currency"])
        item["amount"] = item["net_amount"] = amount
        item["pricing"] = _pricing(None, item["amount"], 1)
        item |= {"quantity": 1, "quantity_decimal": "1"}
    if "description" in params:
        item["description"] = text(params, "description")
    item["metadata"] = metadata(params, item["metadata"])
    call.store.put(item)
    _tell_draft(call, item)
    return item


def delete(call: Call, item: Json) -> Json:
    """Take an item away. Raises ApiError."""
    _refuse_final(call, item)
    call.store.drop(item["id"])
    call.emit("invoiceitem.deleted", item)
    _tell_draft(call, item)
    return {"id": item["id"], "object": _KIND, "deleted": True}


def pending(call: Call, customer: str, currency: str | None) -> list[Json]:
    """Return what a customer owes and no invoice has taken, oldest first."""
    found = [
        item
        for item in call.store.newest(_KIND)
        if item["customer"] == customer
        and item["invoice"] is None
        and currency in (None, item["currency"])
    ]
    return [item for item in found[::-1] if item["currency"] == found[-1]["currency"]]


def of_subscription(call: Call, thing: Json) -> list[Json]:
    """Return what waits for an invoice of a subscription: its own, and its customer's others."""
    waiting = pending(call, thing["customer"], thing["currency"])
    return [item for item in waiting if subscription_of(item) in (None, thing["id"])]


def subscription_of(item: Json) -> str | None:
    """Return whose proration an invoice item is."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    name: str | None = details.get("subscription")
    return name


def of_invoice(call: Call, invoice: str) -> list[Json]:
    """Return the items of an invoice, oldest first."""
    return [item for item in call.store.newest(_KIND) if item["invoice"] == invoice][::-1]


def _refuse_final(call: Call, item: Json) -> None:
    invoice = call.store.get(item["invoice"], "invoice")
    if invoice is not None and invoice["status"] != "draft":
        raise ApiError("You cannot change an invoice item of an invoice that is not a draft.")


def _tell_draft(call: Call, item: Json) -> None:
    """Let the draft of an item that is new, changed or gone show what it comes to now."""
    draft = call.store.get(item["invoice"], "invoice")
    if draft is not None:
        before = shown(draft)
        call.emit_changes("invoice.updated", recount(call, draft), before)


def recount(call: Call, invoice: Json) -> Json:
    """Let a draft show its items and what they add up to."""
    items = [dict(item) for item in of_invoice(call, invoice["id"])]
    for item in items:
        item["_rates"] = item["tax_rates"] or invoice["default_tax_rates"]
    totals = sums.reckon(items, [])
    url = f"/v1/invoices/{invoice['id']}/lines"
    invoice["lines"] = shapes.listing(url, [line(item) for item in items])
    due = totals["subtotal"] + totals["tax"]
    return call.store.put(
        invoice
        | {
            **dict.fromkeys(("amount_due", "amount_remaining", "total"), due),
            "subtotal": totals["subtotal"],
            "subtotal_excluding_tax": totals["subtotal"] - totals["inside"],
            "total_excluding_tax": due - totals["tax"] - totals["inside"],
            "total_taxes": totals["total_taxes"] or None,
        }
    )


def line(item: Json) -> Json:
    """Show an invoice item as a line of its invoice."""
    owner = subscription_of(item)
    alike = (
        "amount", "currency", "description", "discountable", "discounts", "invoice", "livemode",
        "metadata", "period", "pricing", "quantity", "quantity_decimal",
    )  # fmt: skip
    of_item = {
        "invoice_item": item["id"],
        "proration": item["proration"],
        "proration_details": {"credited_items": None},
        "subscription": owner,
    }
    return {
        **{name: item[name] for name in alike},
        "id": f"il_{item['id'].removeprefix('ii_')}",
        "object": "line_item",
        "discount_amounts": item.get("_discount_amounts", []),
        "parent": {
            "invoice_item_details": of_item,
            "subscription_item_details": None,
            "type": "invoice_item_details",
        },
        "pretax_credit_amounts": [],
        "subscription": owner,
        "subtotal": item["amount"],
        "taxes": item.get("_taxes", []),
    }
