"""The parameters of billing that the sandbox acts on, and of search: see `modelled`."""

from __future__ import annotations

_CURSORS = "ending_before limit starting_after"
_PAGING = f"created {_CURSORS}"
_METHOD = (
    "allow_redisplay billing_details boleto card konbini metadata multibanco oxxo sepa_debit type"
    " us_bank_account"
)
_SETUP = (
    (
        "allowed_payment_method_types customer description excluded_payment_method_types metadata"
        " payment_method"
    ),
    f"payment_method_data: {_METHOD}",
)
_DRAFT = (
    "auto_advance=false collection_method days_until_due default_payment_method"
    " default_tax_rates description due_date footer metadata statement_descriptor"
)
_ENDED_TRIAL = "trial_settings.end_behavior: missing_payment_method"
_A_PRICE_DATA = (
    "price_data: currency product tax_behavior unit_amount unit_amount_decimal",
    "price_data.recurring: interval interval_count",
)
_PRICE_DATA = tuple(f"items.*.{line}" for line in _A_PRICE_DATA)
_PORTAL = "business_profile default_return_url features metadata name"
_RATE = "active country description display_name jurisdiction metadata state tax_type"
_SEARCHED = ("limit page query",)

MODELLED: dict[str, tuple[str, ...]] = {
    "POST /v1/setup_intents": (
        *_SETUP,
        "confirm payment_method_types return_url usage",
        "automatic_payment_methods: allow_redirects enabled=true",
    ),
    "GET /v1/setup_intents": (f"{_PAGING} customer payment_method",),
    "GET /v1/setup_intents/{name}": ("client_secret",),
    "POST /v1/setup_intents/{name}": _SETUP,
    "POST /v1/setup_intents/{name}/confirm": ("payment_method return_url", _SETUP[1]),
    "POST /v1/setup_intents/{name}/cancel": ("cancellation_reason",),
    "POST /v1/subscriptions": (
        (
            "cancel_at_period_end collection_method=charge_automatically customer"
            " default_payment_method default_tax_rates description metadata payment_behavior"
            " trial_end trial_period_days"
        ),
        "items.*: metadata price quantity tax_rates",
        "discounts.*: coupon promotion_code",
        *_PRICE_DATA,
        "payment_settings: save_default_payment_method",
        _ENDED_TRIAL,
    ),
    "GET /v1/subscriptions": (f"{_PAGING} collection_method customer price status",),
    "POST /v1/subscriptions/{name}": (
        (
            "cancel_at= cancel_at_period_end default_payment_method default_tax_rates description"
            " metadata payment_behavior=allow_incomplete proration_behavior proration_date"
            " trial_end"
        ),
        "discounts.*: coupon discount promotion_code",
        "cancellation_details: comment feedback",
        "items.*: deleted id metadata price quantity tax_rates",
        *_PRICE_DATA,
        _ENDED_TRIAL,
    ),
    "POST /v1/subscriptions/{name}/resume": ("billing_cycle_anchor: type=now",),
    "DELETE /v1/subscriptions/{name}": ("cancellation_details: comment feedback",),
    "POST /v1/subscription_items": (
        "metadata price proration_behavior proration_date quantity subscription tax_rates",
        *_A_PRICE_DATA,
    ),
    "POST /v1/subscription_items/{name}": (
        "metadata price proration_behavior proration_date quantity tax_rates",
        *_A_PRICE_DATA,
    ),
    "DELETE /v1/subscription_items/{name}": ("proration_behavior proration_date",),
    "POST /v1/invoices/create_preview": (
        "subscription",
        "subscription_details: proration_behavior proration_date",
        "subscription_details.items.*: deleted id metadata price quantity",
        *(f"subscription_details.{line}" for line in _PRICE_DATA),
    ),
    "GET /v1/subscription_items": (f"{_CURSORS} subscription",),
    "POST /v1/plans": (
        (
            "active amount amount_decimal billing_scheme=per_unit currency interval"
            " interval_count metadata nickname product usage_type=licensed"
        ),
    ),
    "GET /v1/plans": (f"{_PAGING} active product",),
    "POST /v1/plans/{name}": ("active metadata nickname",),
    "POST /v1/invoiceitems": (
        "amount currency customer description invoice metadata quantity tax_rates",
        "pricing: price",
    ),
    "GET /v1/invoiceitems": (f"{_CURSORS} customer invoice pending",),
    "POST /v1/invoiceitems/{name}": ("amount description metadata",),
    "POST /v1/invoices": (f"{_DRAFT} currency customer pending_invoice_items_behavior",),
    "GET /v1/invoices": (f"{_PAGING} collection_method customer status subscription",),
    "POST /v1/invoices/{name}": (_DRAFT,),
    "GET /v1/invoices/{name}/lines": (_CURSORS,),
    "POST /v1/invoices/{name}/finalize": ("auto_advance=false",),
    "POST /v1/invoices/{name}/pay": ("paid_out_of_band payment_method",),
    "GET /v1/invoice_payments": (f"{_PAGING} invoice payment status",),
    "GET /v1/billing_portal/configurations": (f"{_CURSORS} active is_default",),
    "POST /v1/billing_portal/configurations": (_PORTAL,),
    "POST /v1/billing_portal/configurations/{name}": (f"active {_PORTAL}",),
    "GET /v1/accounts": (_PAGING,),
    "GET /v1/credit_notes": (_PAGING,),
    "GET /v1/payouts": (_PAGING,),
    "GET /v1/reviews": (_PAGING,),
    "GET /v1/subscription_schedules": (_PAGING,),
    "POST /v1/customers/{name}/tax_ids": ("type value",),
    "GET /v1/customers/{name}/tax_ids": (_CURSORS,),
    "GET /v1/tax_ids": (_CURSORS, "owner: customer type"),
    "POST /v1/tax_rates": (f"inclusive percentage {_RATE}",),
    "GET /v1/tax_rates": (f"{_PAGING} active inclusive",),
    "POST /v1/tax_rates/{name}": (_RATE,),
    "GET /v1/entitlements/features": (_CURSORS,),
    "GET /v1/charges/search": _SEARCHED,
    "GET /v1/customers/search": _SEARCHED,
    "GET /v1/invoices/search": _SEARCHED,
    "GET /v1/payment_intents/search": _SEARCHED,
    "GET /v1/prices/search": _SEARCHED,
    "GET /v1/products/search": _SEARCHED,
    "GET /v1/subscriptions/search": _SEARCHED,
}
# docs/sandbox-differences.md names them.
WITHOUT_EFFECT: dict[str, tuple[str, ...]] = {
    "POST /v1/invoices/{name}/pay": ("off_session",),
    "POST /v1/setup_intents": ("mandate_data use_stripe_sdk",),
    "POST /v1/setup_intents/{name}/confirm": ("mandate_data use_stripe_sdk",),
    "POST /v1/subscriptions": ("off_session",),
}
