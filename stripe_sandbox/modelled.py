"""The parameters that the sandbox acts on, those it only shows, and those without effect.

Everything else that Stripe knows is refused by name. A line `a.b: c d` is about the fields `c` and
`d` of `a.b`, each with all that is inside it; `*` is any item of a list or any key of a table;
`c=x` is `c` with this value alone, which is what happens anyway.
"""

from __future__ import annotations

from . import modelled_billing

_ADJUSTABLE = "adjustable_quantity: enabled maximum minimum"
_PRICE_DATA = (
    "price_data: currency product tax_behavior unit_amount unit_amount_decimal",
    "price_data.recurring: interval interval_count",
    "price_data.product_data: description images metadata name tax_code unit_label",
)
_CURSORS = "ending_before limit starting_after"
_PAGING = f"created {_CURSORS}"


def _in(where: str, *lines: str) -> tuple[str, ...]:
    """Say the same of what is inside a field."""
    return tuple(
        f"{where}.{line}" if ":" in line.split(" ")[0] else f"{where}: {line}" for line in lines
    )


_PAGE = (  # what a session and a Payment Link are told alike
    (
        "allow_promotion_codes billing_address_collection consent_collection custom_fields"
        " customer_creation metadata name_collection payment_method_collection"
        " phone_number_collection tax_id_collection"
    ),
    "automatic_tax: enabled",
    "automatic_tax.liability: type=self",
    "invoice_creation: enabled invoice_data",
    "shipping_address_collection: allowed_countries",
    *_in("optional_items.*", "price quantity", _ADJUSTABLE),
)
_METHOD = (
    "allow_redisplay billing_details boleto card konbini metadata multibanco oxxo sepa_debit type"
    " us_bank_account"
)
_INTENT = (
    ("allowed_payment_method_types amount capture_method currency customer description"
    " excluded_payment_method_types metadata payment_method receipt_email"
    " setup_future_usage shipping statement_descriptor statement_descriptor_suffix"),
    f"payment_method_data: {_METHOD}",
    *(f"payment_method_options.{kind}: expires_after_days"
      for kind in ("boleto", "konbini", "oxxo")),
)  # fmt: skip
_CUSTOMER = (
    (
        "address business_name description email individual_name metadata name phone"
        " preferred_locales shipping tax_exempt"
    ),
    "invoice_settings: default_payment_method",
)
_PRODUCT = (
    "active description images metadata name marketing_features shippable statement_descriptor"
    " tax_code unit_label url package_dimensions"
)

MODELLED: dict[str, tuple[str, ...]] = {
    "POST /v1/checkout/sessions": (
        *_PAGE,
        "managed_payments: enabled",
        (
            "after_expiration allowed_payment_method_types cancel_url client_reference_id currency"
            " customer customer_email discounts excluded_payment_method_types expires_at mode"
            " payment_method_types redirect_on_completion return_url success_url ui_mode"
        ),
        *_in("line_items.*", "metadata price quantity tax_rates", _ADJUSTABLE, *_PRICE_DATA),
        (
            "payment_intent_data: capture_method description metadata receipt_email"
            " setup_future_usage shipping statement_descriptor statement_descriptor_suffix"
        ),
        *(
            f"payment_method_options.{kind}: expires_after_days"
            for kind in ("boleto", "konbini", "oxxo")
        ),
        "setup_intent_data: description metadata",
        "customer_update: address name shipping",
        "shipping_options.*: shipping_rate",
        (
            "shipping_options.*.shipping_rate_data: delivery_estimate display_name metadata"
            " tax_behavior tax_code type"
        ),
        "shipping_options.*.shipping_rate_data.fixed_amount: amount currency",
        (
            "subscription_data: billing_cycle_anchor default_tax_rates description metadata"
            " proration_behavior trial_end trial_period_days"
        ),
    ),
    "GET /v1/checkout/sessions": (
        _PAGING + " customer customer_details payment_intent payment_link status subscription",
    ),
    "POST /v1/checkout/sessions/{name}": (
        "metadata",
        *_in("line_items.*", "id price quantity", *_PRICE_DATA),
    ),
    "GET /v1/checkout/sessions/{name}/line_items": (_CURSORS,),
    "POST /v1/payment_intents": (
        *_INTENT,
        (
            "confirm confirmation_method error_on_requires_action off_session"
            " payment_method_types return_url"
        ),
        "automatic_payment_methods: allow_redirects enabled=true",
    ),
    "GET /v1/payment_intents": (_PAGING + " customer",),
    "GET /v1/payment_intents/{name}": ("client_secret",),
    "POST /v1/payment_intents/{name}": _INTENT,
    "POST /v1/payment_intents/{name}/confirm": (
        (
            "client_secret error_on_requires_action off_session payment_method receipt_email"
            " return_url setup_future_usage shipping"
        ),
        *_INTENT[1:],
    ),
    "POST /v1/payment_intents/{name}/capture": (
        (
            "amount_to_capture final_capture=true metadata statement_descriptor"
            " statement_descriptor_suffix"
        ),
    ),
    "POST /v1/payment_intents/{name}/cancel": ("cancellation_reason",),
    "POST /v1/payment_methods": (_METHOD,),
    "POST /v1/payment_methods/{name}": ("allow_redisplay billing_details metadata",),
    "POST /v1/payment_methods/{name}/attach": ("customer",),
    "GET /v1/customers/{name}/payment_methods": (_CURSORS + " allow_redisplay type",),
    "GET /v1/balance_transactions": (_PAGING + " currency source type",),
    "GET /v1/payment_methods": (_CURSORS + " allow_redisplay customer type",),
    "GET /v1/payment_pages/{name}": ("client_secret key",),
    "POST /v1/payment_pages/{name}/confirm": (
        "client_secret email expected_amount key payment_method",
    ),
    "POST /v1/payment_links": (
        *_PAGE,
        "managed_payments: enabled",
        "after_completion id inactive_message payment_method_types restrictions currency",
        *_in("line_items.*", "price quantity", _ADJUSTABLE, *_PRICE_DATA),
        (
            "payment_intent_data: capture_method description metadata setup_future_usage"
            " statement_descriptor statement_descriptor_suffix"
        ),
        "shipping_options.*: shipping_rate",
        "subscription_data: description metadata trial_period_days",
    ),
    "GET /v1/payment_links": (_CURSORS + " active",),
    "POST /v1/payment_links/{name}": (
        *_PAGE,
        "active after_completion inactive_message payment_method_types restrictions",
        (
            "payment_intent_data: description metadata setup_future_usage statement_descriptor"
            " statement_descriptor_suffix"
        ),
        "shipping_options.*: shipping_rate",
        "subscription_data: metadata trial_period_days",
    ),
    "GET /v1/payment_links/{name}/line_items": (_CURSORS,),
    "POST /v1/products": (
        _PRODUCT + " id type",
        "default_price_data: currency metadata tax_behavior unit_amount unit_amount_decimal",
        "default_price_data.recurring: interval interval_count",
    ),
    "GET /v1/products": (_PAGING + " active ids shippable type url",),
    "POST /v1/products/{name}": (_PRODUCT + " default_price",),
    "POST /v1/prices": (
        (
            "active billing_scheme=per_unit currency lookup_key metadata nickname product"
            " tax_behavior transfer_lookup_key unit_amount unit_amount_decimal"
        ),
        "product_data: active id metadata name statement_descriptor tax_code unit_label",
        "recurring: interval interval_count usage_type=licensed",
    ),
    "GET /v1/prices": (
        _PAGING + " active currency lookup_keys product type",
        "recurring: interval usage_type",
    ),
    "POST /v1/prices/{name}": (
        "active lookup_key metadata nickname tax_behavior transfer_lookup_key",
    ),
    "POST /v1/coupons": (
        (
            "amount_off currency duration duration_in_months id max_redemptions metadata name"
            " percent_off redeem_by"
        ),
    ),
    "GET /v1/coupons": (_PAGING,),
    "POST /v1/coupons/{name}": ("metadata name",),
    "POST /v1/promotion_codes": (
        "active code customer expires_at max_redemptions metadata promotion",
        "restrictions: first_time_transaction minimum_amount minimum_amount_currency",
    ),
    "GET /v1/promotion_codes": (_PAGING + " active code coupon customer",),
    "POST /v1/promotion_codes/{name}": ("active metadata",),
    "POST /v1/shipping_rates": (
        "delivery_estimate display_name metadata tax_behavior tax_code type",
        "fixed_amount: amount currency",
    ),
    "GET /v1/shipping_rates": (_PAGING + " active currency",),
    "POST /v1/shipping_rates/{name}": ("active metadata",),
    "POST /v1/refunds": ("amount charge instructions_email metadata payment_intent reason",),
    "GET /v1/refunds": (_PAGING + " charge payment_intent",),
    "POST /v1/refunds/{name}": ("metadata",),
    "POST /v1/charges/{name}": ("description metadata receipt_email",),
    "GET /v1/charges": (_PAGING + " customer payment_intent",),
    "POST /v1/disputes/{name}": (
        "intended_submission_method metadata submit",
        (
            "evidence: access_activity_log billing_address cancellation_policy"
            " cancellation_policy_disclosure cancellation_rebuttal customer_communication"
            " customer_email_address customer_name customer_purchase_ip customer_signature"
            " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id"
            " product_description receipt refund_policy refund_policy_disclosure"
            " refund_refusal_explanation service_date service_documentation shipping_address"
            " shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
            " uncategorized_file uncategorized_text"
        ),
    ),
    "GET /v1/disputes": (_PAGING + " charge payment_intent",),
    "GET /v1/radar/early_fraud_warnings": (_PAGING + " charge payment_intent",),
    "GET /v1/events": (_PAGING + " delivery_success type types",),
    "POST /v1/customers": (*_CUSTOMER, "payment_method"),
    "GET /v1/customers": (_PAGING + " email",),
    "POST /v1/customers/{name}": _CUSTOMER,
    "POST /v1/billing_portal/sessions": (
        "configuration customer locale return_url",
        "flow_data: type",
        "flow_data.after_completion: hosted_confirmation redirect type",
        "flow_data.subscription_cancel: subscription",
        "flow_data.subscription_update_confirm: items subscription",
    ),
    "GET /v1/customers/{name}/sources": (f"{_CURSORS} object",),
    "POST /v1/webhook_endpoints": (
        "api_version connect=false description enabled_events metadata url",
    ),
    "GET /v1/webhook_endpoints": (_CURSORS,),
    "POST /v1/webhook_endpoints/{name}": ("description disabled enabled_events metadata url",),
    **modelled_billing.MODELLED,
}

# docs/sandbox-differences.md names them.
SHOWN: dict[str, tuple[str, ...]] = {
    "POST /v1/checkout/sessions": (
        (
            "adaptive_pricing branding_settings custom_text integration_identifier locale"
            " origin_context saved_payment_method_options submit_type wallet_options"
        ),
    ),
    "POST /v1/payment_links": ("custom_text submit_type",),
    "POST /v1/payment_links/{name}": ("custom_text submit_type",),
}
WITHOUT_EFFECT: dict[str, tuple[str, ...]] = {
    "POST /v1/payment_intents": ("mandate_data radar_options use_stripe_sdk",),
    "POST /v1/payment_intents/{name}/confirm": ("mandate_data radar_options use_stripe_sdk",),
    "POST /v1/payment_methods": ("radar_options",),
    **modelled_billing.WITHOUT_EFFECT,
    "POST /v1/customers": ("validate", "tax: ip_address validate_location"),
    "POST /v1/customers/{name}": ("validate", "tax: ip_address validate_location"),
}
