"""Parameters that nobody hands through, each with its reason.

What is paid, for what, and where the buyer comes back to is the service's to say: the money guard
compares a payment with what it said itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TERMS = "the order's items, and what they cost, are agreed before Stripe's page opens"
_BACK = "the service brings the buyer back and looks at the payment there"
_PAGE = "what opens a session says where it is paid"
_MOMENT = "a moment does not fit every order: name it with the order"
_KNOWN_BY = "the order is found by it"

# Said by the service itself, or by a word of its own.
OURS: Final[Mapping[str, str]] = {
    "line_items": f"{_TERMS}; adjustable_quantity is said at a price, or with an item",
    "mode": f"{_TERMS}: name mode in the request",
    "currency": f"{_TERMS}: in mode setup name currency in the request",
    "success_url": f"{_BACK}: name success_url in the request",
    "cancel_url": f"{_BACK}: name cancel_url in the request",
    "return_url": f"{_BACK}: name return_url in the request",
    "redirect_on_completion": f"{_BACK}: name redirect_on_completion in the request",
    "ui_mode": f"{_PAGE}: name ui_mode in the request",
    "client_reference_id": f"{_KNOWN_BY}: name client_reference_id in the request",
    "customer_email": "name customer_email in the request",
    "locale": "name locale in the request, or in [checkout]",
    "expires_at": "a moment does not fit every order: name expires_after in [checkout]",
    "metadata.order_id": _KNOWN_BY,
    "metadata.checkout_attempt_id": _KNOWN_BY,
    "payment_intent_data.metadata.order_id": _KNOWN_BY,
    "payment_intent_data.metadata.checkout_attempt_id": _KNOWN_BY,
    "payment_intent_data.metadata.checkout_request_id": "a capture is found by it",
    "setup_intent_data.metadata.order_id": _KNOWN_BY,
    "setup_intent_data.metadata.checkout_attempt_id": _KNOWN_BY,
    "subscription_data.metadata.order_id": _KNOWN_BY,
    "subscription_data.metadata.checkout_attempt_id": _KNOWN_BY,
    "payment_intent_data.capture_method": 'say "capture": "manual" with the order',
    "payment_method_options.*.capture_method": 'say "capture": "manual" with the order',
    "after_expiration": "say recovery = true in [checkout]",
}
# What the money guard cannot compare.
UNGUARDED: Final[Mapping[str, str]] = {
    "permissions": "it is for pages that are part of the shop's own",
    "subscription_data.default_tax_rates": "a tax of the merchant's own is part of the price here",
}
# The file speaks for every order, so what belongs to one buyer or order cannot stand in it.
OF_ONE_ORDER: Final[Mapping[str, str]] = {
    "subscription_data.billing_cycle_anchor": _MOMENT,
    "subscription_data.trial_end": _MOMENT,
    "customer": "every buyer would be the same customer: name it with the order",
    "customer_account": "every buyer would be the same customer: name it with the order",
    "discounts": "name it with the order",
    "payment_intent_data.receipt_email": "every receipt would go there: name it with the order",
    "payment_intent_data.shipping": "every order would be shipped there: name it with the order",
}
REFUSED: Final[Mapping[str, str]] = {**OURS, **UNGUARDED}
