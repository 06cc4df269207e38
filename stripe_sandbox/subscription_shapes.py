"""Subscriptions and invoices with every field Stripe gives them."""

from __future__ import annotations

from . import periods, shapes
from .store import Json, new_id, shown
from .world import Call


def subscription(call: Call, session: Json, customer: Json, status: str) -> Json:
    now, name = call.store.now(), new_id("sub")
    anchor = session.get("_anchor")  # when the first whole period begins, unless that is now
    items = [
        item(call, name, line, anchor)
        for line in session["_items"]
        if line["_recurring"] is not None
    ]
    trial = anchor if session.get("_trial") else None
    return {
        **_blank_subscription(),
        "id": name,
        "object": "subscription",
        "billing_cycle_anchor": anchor or now,
        "created": now,
        "currency": session["currency"],
        "customer": customer["id"],
        "default_tax_rates": session.get("_default_tax_rates", []),
        "description": session["_handed_on"].get("description"),
        "items": shapes.listing(f"/v1/subscription_items?subscription={name}", items),
        "metadata": dict(session["_handed_on"]["metadata"]),
        "start_date": now,
        "status": status,
        "trial_end": trial,
        "trial_start": now if trial else None,
        "_turn": 0 if anchor else 1,
        # Three days before a trial ends it is told, or at once.
        "_due": max(now, trial - 3 * 86_400) if trial else items[0]["current_period_end"],
    }


def _blank_subscription() -> Json:
    return {
        **shapes.nulls(
            "application", "application_fee_percent", "billing_cycle_anchor_config",
            "billing_thresholds", "cancel_at", "canceled_at", "customer_account",
            "days_until_due", "default_payment_method", "default_source", "ended_at",
            "latest_invoice", "managed_payments", "next_pending_invoice_item_invoice",
            "on_behalf_of", "pause_collection", "pending_invoice_item_interval",
            "pending_setup_intent", "pending_update", "presentment_details", "schedule",
            "status_details", "test_clock", "transfer_data", "trial_end", "trial_start",
        ),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_mode": {"flexible": None, "type": "classic", "updated_at": None},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": shapes.nulls(
            "comment", "feedback", "feedback_option", "reason"
        ),
        "collection_method": "charge_automatically",
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {
            **shapes.nulls("account_tax_ids", "custom_fields", "description", "footer"),
            "issuer": {"account": None, "type": "self"},
        },
        "livemode": False,
        "payment_settings": {
            **shapes.nulls("payment_method_options", "payment_method_types"),
            "save_default_payment_method": "off",
        },
        "trial_settings": {
            "end_behavior": {
                "billing_cycle_anchor": None,
                "missing_payment_method": "create_invoice",
            }
        },
    }  # fmt: skip


def plan(price: Json) -> Json:
    """Show a price in the words of the API before Prices, as Stripe still does."""
    every = price["recurring"]
    return {
        **shapes.nulls("meter", "nickname", "tiers_mode", "transform_usage", "trial_period_days"),
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": every["interval"],
        "interval_count": every["interval_count"],
        "livemode": False,
        "metadata": dict(price["metadata"]),
        "product": price["product"],
        "usage_type": "licensed",
    }


def item(call: Call, subscription: str, line: Json, first_end: int | None) -> Json:
    every, now = line["_recurring"], call.store.now()
    price = shown(call.world.need(line["price"], "price"))
    end = first_end or periods.end_of(now, 1, every)
    return {
        **shapes.nulls("billed_until", "billing_thresholds", "current_trial"),
        "id": new_id("si", 14),
        "object": "subscription_item",
        "created": now,
        "current_period_end": end,
        "current_period_start": now,
        "discounts": [],
        "metadata": {},
        "plan": plan(price),
        "price": price,
        "quantity": line["quantity"],
        "subscription": subscription,
        "tax_rates": line.get("_rates") or [],
    }


_ZEROS = (
    "amount_overpaid", "amount_paid", "amount_paid_off_stripe", "amount_shipping",
    "attempt_count", "ending_balance", "post_payment_credit_notes_amount",
    "pre_payment_credit_notes_amount", "starting_balance",
)  # fmt: skip


def invoice(call: Call) -> Json:
    now = call.store.now()
    return {
        **shapes.nulls(
            "account_name", "account_tax_ids", "application", "automatically_finalizes_at",
            "custom_fields", "customer_account", "customer_address", "customer_name",
            "customer_phone", "customer_shipping", "default_payment_method", "default_source",
            "description", "due_date", "footer", "from_invoice", "hosted_invoice_url",
            "invoice_pdf", "last_finalization_error", "latest_revision", "next_payment_attempt",
            "on_behalf_of", "receipt_number", "rendering", "shipping_cost", "shipping_details",
            "statement_descriptor", "status_details", "test_clock", "total_taxes",
            "threshold_reason", "webhooks_delivered_at",
        ),
        **dict.fromkeys(_ZEROS, 0),
        "id": new_id("in"),
        "object": "invoice",
        "account_country": "US",
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None,
                          "provider": None, "status": None},
        "collection_method": "charge_automatically",
        "created": now,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": now,
        "issuer": {"account": None, "type": "self"},
        "livemode": False,
        "payment_settings": shapes.nulls(
            "default_mandate", "payment_method_options", "payment_method_types"
        ),
        "status": "open",
        "status_transitions": {"finalized_at": now, "marked_uncollectible_at": None,
                               "paid_at": None, "voided_at": None},
        "total_pretax_credit_amounts": [],
    }  # fmt: skip


def invoice_payment(invoice: Json, intent: Json, now: int) -> Json:
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {
            "charge": None,
            "payment_intent": intent["id"],
            "payment_record": None,
            "type": "payment_intent",
        },
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def invoice_line(invoice: Json, subscription: Json, item: Json) -> Json:
    of_item = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["subscription_item"],
    }
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": item["amount"],
        "currency": invoice["currency"],
        "description": f"{item['quantity']} x {item['name']}",
        "discount_amounts": item.get("_discount_amounts", []),
        "discountable": True,
        "discounts": [one["discount"] for one in item.get("_discount_amounts", ())],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": of_item,
            "type": "subscription_item_details",
        },
        "period": {"start": invoice["period_start"], "end": invoice["period_end"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": item["price"], "product": item["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(item["unit_amount"]),
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": subscription["id"],
        "subtotal": item["amount"],
        "taxes": item.get("_taxes", []),
    }
