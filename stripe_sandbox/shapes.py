"""New objects with every field Stripe gives them. Tests hold these to the SDK's own classes."""

from __future__ import annotations

from typing import Any

from .store import Json, Store, new_id

API_VERSION = "2026-10-28.endive"


def nulls(*names: str) -> Json:
    return dict.fromkeys(names)


def session(store: Store, **fields: Any) -> Json:
    return {
        **nulls(
            "adaptive_pricing", "after_expiration", "allow_promotion_codes",
            "allowed_payment_method_types", "billing_address_collection", "branding_settings",
            "cancel_url", "client_reference_id", "client_secret", "collected_information",
            "consent", "consent_collection", "currency_conversion", "customer",
            "customer_account", "customer_creation", "customer_details", "customer_email",
            "excluded_payment_method_types", "integration_identifier", "invoice",
            "invoice_creation", "locale", "managed_payments", "name_collection",
            "optional_items", "origin_context", "payment_intent", "payment_link",
            "payment_method_collection", "payment_method_configuration_details", "permissions",
            "phone_number_collection", "presentment_details", "recovered_from",
            "redirect_on_completion", "return_url", "saved_payment_method_options",
            "setup_intent", "shipping_address_collection", "shipping_cost", "submit_type",
            "subscription", "success_url", "tax_id_collection", "wallet_options",
        ),
        "id": new_id("cs_test", 58),
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": store.now(),
        "custom_fields": [],
        "custom_text": nulls(
            "after_submit", "shipping_address", "submit", "terms_of_service_acceptance"
        ),
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        **fields,
    }  # fmt: skip


def line_item(**fields: Any) -> Json:
    return {
        **nulls("adjustable_quantity", "metadata"),
        "id": new_id("li"),
        "object": "item",
        "discounts": [],
        "taxes": [],
        **fields,
    }


def intent(store: Store, **fields: Any) -> Json:
    name = new_id("pi")
    return {
        **nulls(
            "allowed_payment_method_types", "amount_details", "application",
            "application_fee_amount", "automatic_payment_methods", "canceled_at",
            "cancellation_reason", "customer", "customer_account", "description",
            "excluded_payment_method_types", "hooks", "last_payment_error", "latest_charge",
            "managed_payments", "next_action", "on_behalf_of", "payment_details",
            "payment_method", "payment_method_configuration_details", "payment_record",
            "presentment_details", "processing", "receipt_email", "review",
            "setup_future_usage", "shipping", "source", "statement_descriptor",
            "statement_descriptor_suffix", "transfer_data", "transfer_group",
        ),
        "id": name,
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": new_id(f"{name}_secret"),
        "confirmation_method": "automatic",
        "created": store.now(),
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        **fields,
    }  # fmt: skip


def charge(store: Store, **fields: Any) -> Json:
    return {
        **nulls(
            "application", "application_fee", "application_fee_amount", "authorization_code",
            "balance_transaction", "calculated_statement_descriptor", "customer", "description",
            "failure_balance_transaction", "failure_code", "failure_message", "level3",
            "on_behalf_of", "outcome", "payment_method", "payment_method_details",
            "presentment_details", "receipt_email", "receipt_number", "receipt_url", "refunds",
            "review", "shipping", "source", "source_transfer", "statement_descriptor",
            "statement_descriptor_suffix", "transfer", "transfer_data", "transfer_group",
        ),
        "id": new_id("ch"),
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": nulls("address", "email", "name", "phone", "tax_id"),
        "captured": True,
        "created": store.now(),
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "radar_options": {},
        "refunded": False,
        **fields,
    }  # fmt: skip


def payment_method(store: Store, kind: str, details: Json, email: str | None) -> Json:
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            **nulls("address", "name", "phone", "tax_id"),
            "email": email,
        },
        "created": store.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }


def refund(store: Store, **fields: Any) -> Json:
    return {
        **nulls(
            "balance_transaction", "customer", "customer_account", "description",
            "destination_details", "failure_balance_transaction", "failure_reason",
            "instructions_email", "next_action", "payment_method", "pending_reason",
            "presentment_details", "reason", "receipt_number", "source_transfer_reversal",
            "transfer_reversal",
        ),
        "id": new_id("re"),
        "object": "refund",
        "created": store.now(),
        "metadata": {},
        **fields,
    }  # fmt: skip


_EVIDENCE = (
    "access_activity_log", "appeal", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def dispute(store: Store, **fields: Any) -> Json:
    return {
        "id": new_id("dp"),
        "object": "dispute",
        "balance_transactions": [],
        "created": store.now(),
        "enhanced_eligibility_types": [],
        "evidence": {**nulls(*_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": store.now() + 7 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "livemode": False,
        "metadata": {},
        "network_reason_code": None,
        "payment_method_details": None,
        **fields,
    }


def event(store: Store, kind: str, data: Json, request: Json | None) -> Json:
    return {
        "id": new_id("evt"),
        "object": "event",
        "account": None,
        "api_version": API_VERSION,
        "context": None,
        "created": store.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": request or {"id": None, "idempotency_key": None},
        "type": kind,
    }


def listing(url: str, items: list[Json], *, more: bool = False) -> Json:
    return {"object": "list", "data": items, "has_more": more, "url": url}
