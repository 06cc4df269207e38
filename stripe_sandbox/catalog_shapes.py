"""New products, prices, links and endpoints with every field Stripe gives them."""

from __future__ import annotations

from typing import Any

from .shapes import nulls
from .store import Json, Store, new_id


def product(store: Store, **fields: Any) -> Json:
    now = store.now()
    return {
        **nulls(
            "default_price", "description", "package_dimensions", "shippable",
            "statement_descriptor", "tax_code", "tax_details", "unit_label", "url",
        ),
        "id": new_id("prod", 14),
        "object": "product",
        "active": True,
        "created": now,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "type": "service",
        "updated": now,
        **fields,
    }  # fmt: skip


def price(store: Store, **fields: Any) -> Json:
    amount = fields.get("unit_amount")
    return {
        **nulls(
            "currency_options",
            "custom_unit_amount",
            "lookup_key",
            "nickname",
            "recurring",
            "tiers",
            "tiers_mode",
            "transform_quantity",
        ),
        "id": new_id("price"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": store.now(),
        "livemode": False,
        "metadata": {},
        "tax_behavior": "unspecified",
        "type": "recurring" if fields.get("recurring") else "one_time",
        "unit_amount_decimal": None if amount is None else str(amount),
        **fields,
    }


def webhook_endpoint(store: Store, **fields: Any) -> Json:
    return {
        **nulls("api_version", "application", "description"),
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "created": store.now(),
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        **fields,
    }


def payment_link(**fields: Any) -> Json:
    return {
        **nulls(
            "application", "application_fee_amount", "application_fee_percent",
            "consent_collection", "inactive_message", "invoice_creation", "managed_payments",
            "name_collection", "on_behalf_of", "optional_items", "payment_intent_data",
            "payment_method_options", "payment_method_types", "restrictions",
            "shipping_address_collection", "subscription_data", "transfer_data",
        ),
        "id": new_id("plink"),
        "object": "payment_link",
        "active": True,
        "after_completion": {
            "type": "hosted_confirmation",
            "hosted_confirmation": {"custom_message": None},
            "redirect": None,
        },
        "allow_promotion_codes": False,
        "automatic_tax": {"enabled": False, "liability": None},
        "billing_address_collection": "auto",
        "custom_fields": [],
        "custom_text": nulls(
            "after_submit", "shipping_address", "submit", "terms_of_service_acceptance"
        ),
        "customer_creation": "if_required",
        "livemode": False,
        "metadata": {},
        "payment_method_collection": "always",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "submit_type": "auto",
        "tax_id_collection": {"enabled": False, "required": "never"},
        **fields,
    }  # fmt: skip
