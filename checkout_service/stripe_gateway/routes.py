"""Every call this service makes to Stripe, and the permission a restricted key needs for it.

https://docs.stripe.com/keys/restricted-api-keys
"""

from __future__ import annotations

from checkout_service.domain.frozen import frozen


@frozen
class Route:
    """An address at Stripe, `{id}` to be filled in, and its permission in the dashboard's words."""

    method: str
    path: str
    permission: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


OPEN_SESSION = Route("post", "/v1/checkout/sessions", "Checkout Sessions: write")
UPDATE_SESSION = Route("post", "/v1/checkout/sessions/{id}", "Checkout Sessions: write")
EXPIRE_SESSION = Route("post", "/v1/checkout/sessions/{id}/expire", "Checkout Sessions: write")
LOOK_AT_SESSION = Route("get", "/v1/checkout/sessions/{id}", "Checkout Sessions: read")
LIST_SESSIONS = Route("get", "/v1/checkout/sessions", "Checkout Sessions: read")
LIST_SESSION_LINES = Route(
    "get", "/v1/checkout/sessions/{id}/line_items", "Checkout Sessions: read"
)
LIST_INVOICE_PAYMENTS = Route("get", "/v1/invoice_payments", "Invoices: read")
LOOK_AT_SETUP = Route("get", "/v1/setup_intents/{id}", "SetupIntents: read")

OPEN_INTENT = Route("post", "/v1/payment_intents", "PaymentIntents: write")
UPDATE_INTENT = Route("post", "/v1/payment_intents/{id}", "PaymentIntents: write")
CANCEL_INTENT = Route("post", "/v1/payment_intents/{id}/cancel", "PaymentIntents: write")
CAPTURE_INTENT = Route("post", "/v1/payment_intents/{id}/capture", "PaymentIntents: write")
LOOK_AT_INTENT = Route("get", "/v1/payment_intents/{id}", "PaymentIntents: read")
LIST_INTENTS = Route("get", "/v1/payment_intents", "PaymentIntents: read")

CREATE_REFUND = Route("post", "/v1/refunds", "Charges and Refunds: write")
LIST_REFUNDS = Route("get", "/v1/refunds", "Charges and Refunds: read")
LIST_DISPUTES = Route("get", "/v1/disputes", "Disputes: read")
LIST_EVENTS = Route("get", "/v1/events", "Events: read")
LOOK_AT_PRICE = Route("get", "/v1/prices/{id}", "Prices: read")
CREATE_CUSTOMER = Route("post", "/v1/customers", "Customers: write")
LOOK_AT_CUSTOMER = Route("get", "/v1/customers/{id}", "Customers: read")
LIST_MOVEMENTS = Route("get", "/v1/balance_transactions", "Balance: read")
OPEN_PORTAL = Route("post", "/v1/billing_portal/sessions", "Customer portal: write")

# Doctor alone asks these.
LIST_PRICES = Route("get", "/v1/prices", "Prices: read")
LIST_LINKS = Route("get", "/v1/payment_links", "Payment Links: read")
LOOK_AT_LINK = Route("get", "/v1/payment_links/{id}", "Payment Links: read")
LIST_LINK_LINES = Route("get", "/v1/payment_links/{id}/line_items", "Payment Links: read")
UPDATE_CUSTOMER = Route("post", "/v1/customers/{id}", "Customers: write")
LOOK_AT_SHIPPING_RATE = Route("get", "/v1/shipping_rates/{id}", "Shipping Rates: read")
LIST_DESTINATIONS = Route("get", "/v2/core/event_destinations", "Event Destinations: read")
LIST_ENDPOINTS = Route("get", "/v1/webhook_endpoints", "Webhook Endpoints: read")
ADD_ENDPOINT = Route("post", "/v1/webhook_endpoints", "Webhook Endpoints: write")
UPDATE_ENDPOINT = Route("post", "/v1/webhook_endpoints/{id}", "Webhook Endpoints: write")
