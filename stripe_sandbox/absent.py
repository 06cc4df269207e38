"""Fields that Stripe leaves out when there is nothing to say, and that are never null.

Stripe's OpenAPI description calls them neither required nor nullable. The sandbox itself always
has them; they go when an object is shown.
"""

from __future__ import annotations

from typing import Any

_ERROR = (
    "advice_code", "charge", "code", "decline_code", "network_advice_code",
    "network_decline_code", "param", "payment_intent", "payment_method", "payment_method_type",
    "request_log_url", "setup_intent", "source",
)  # fmt: skip
ABSENT: dict[str, tuple[str, ...]] = {
    "account": ("business_profile.monthly_estimated_revenue",),
    "charge": (
        "outcome.rule", "payment_method_details.card.capture_before",
        "payment_method_details.sepa_debit.expected_debit_date",
        "payment_method_details.us_bank_account.expected_debit_date",
        "payment_method_details.us_bank_account.mandate", "presentment_details", "transfer",
        "transfer_data",
    ),
    "checkout.session": (
        "branding_settings", *(f"branding_settings.{picture}.{address}"
        for picture in ("icon", "logo") for address in ("file", "url")),
        "custom_fields.dropdown", "custom_fields.numeric", "custom_fields.text",
        "excluded_payment_method_types", "name_collection",
        "name_collection.business", "name_collection.individual", "phone_number_collection",
        "presentment_details", "redirect_on_completion", "return_url", "tax_id_collection",
        "wallet_options.link",
    ),
    "coupon": ("applies_to",),
    "customer": ("business_name", "individual_name"),
    "dispute": ("payment_method_details",),
    "event": ("account", "context"),
    "invoice": (
        "issuer.account", "parent.subscription_details.subscription_proration_date",
        "threshold_reason",
    ),
    "invoiceitem": ("frozen_fields", "pricing.price_details", "proration_details"),
    "line_item": ("pricing.price_details",),
    "invoice_payment": ("payment.charge", "payment.payment_intent", "payment.payment_record"),
    "payment_intent": (
        "amount_details", "hooks", "payment_details", "presentment_details",
        *(f"last_payment_error.{name}" for name in _ERROR),
    ),
    "payment_link": (
        "after_completion.hosted_confirmation", "after_completion.redirect",
        "custom_fields.dropdown", "custom_fields.numeric", "custom_fields.text", "name_collection",
        "name_collection.business", "name_collection.individual",
    ),
    "price": ("currency_options", "tiers"),
    "refund": (
        "description", "destination_details.card.reference",
        "destination_details.card.reference_status", "destination_details.card.reference_type",
        "failure_balance_transaction", "failure_reason", "instructions_email", "next_action",
        "pending_reason", "presentment_details",
    ),
    "setup_intent": (
        "attach_to_self", *(f"last_setup_error.{name}" for name in _ERROR),
    ),
    "subscription": (
        "billing_mode.updated_at", "invoice_settings.issuer.account", "presentment_details",
    ),
    "subscription_item": ("billed_until",),
    "tax_id": ("owner.account", "owner.application"),
    "webhook_endpoint": ("secret",),
}  # fmt: skip
_STEPS = {kind: [path.split(".") for path in paths] for kind, paths in ABSENT.items()}


def without(node: Any) -> Any:
    """Take these fields out of a copied object, and of all objects inside it."""
    if isinstance(node, list):
        for item in node:
            without(item)
    elif isinstance(node, dict):
        kind = node.get("object")
        for steps in _STEPS.get(kind, ()) if isinstance(kind, str) else ():
            _leave_out(node, steps)
        for value in node.values():
            if isinstance(value, dict | list):
                without(value)
    return node


def _leave_out(node: Any, steps: list[str]) -> None:
    step, *rest = steps
    if isinstance(node, list):
        for item in node:
            _leave_out(item, steps)
    elif isinstance(node, dict) and step in node:
        if rest:
            _leave_out(node[step], rest)
        elif node[step] is None:
            del node[step]
