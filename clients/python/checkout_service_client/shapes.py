"""What the service takes and answers, as its OpenAPI document says; `make clients`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Address(TypedDict):
    """A postal address; `country` is two letters (ISO 3166-1)."""

    line1: str | None
    line2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None


class AdjustableQuantity(TypedDict):
    """How few and how many of a line the buyer may choose on Stripe's page."""

    minimum: NotRequired[int]
    maximum: NotRequired[int]


class Attempt(TypedDict):
    """One try at paying: a Checkout Session, a PaymentIntent or a Payment Link."""

    id: str
    flow: Literal["checkout_session", "payment_intent", "payment_link"]
    state: str
    won: bool
    checkout_session: str | None
    payment_intent: str | None
    payment_link: str | None
    amount: int
    status: str | None
    payment_status: str | None
    expires_at: str | None
    created_at: str
    recovery_url: str | None


class CaptureOrder(TypedDict):
    """How much of what is authorised to take."""

    amount: NotRequired[int]


class ChosenLine(TypedDict):
    """A choice from the catalog, by the merchant's own backend."""

    price: str
    quantity: int
    adjustable_quantity: NotRequired[AdjustableQuantity | None]


class Config(TypedDict):
    publishable_key: str | None
    livemode: bool
    flows: list[Literal["checkout_session", "payment_intent", "payment_link"]]


class Consent(TypedDict):
    """What the buyer agreed to: `opt_in` or `opt_out`, and `accepted`."""

    promotions: str | None
    terms_of_service: str | None


class CreateIntent(TypedDict):
    """A cart, or an order to try again, with its new items if the buyer changed the cart."""

    items: NotRequired[list[Item]]
    mode: NotRequired[Literal["payment", "subscription"] | None]
    customer_email: NotRequired[str | None]
    client_reference_id: NotRequired[str | None]
    metadata: NotRequired[dict[str, str] | None]
    locale: NotRequired[
        Literal[
            "auto",
            "bg",
            "cs",
            "da",
            "de",
            "el",
            "en",
            "en-GB",
            "es",
            "es-419",
            "et",
            "fi",
            "fil",
            "fr",
            "fr-CA",
            "hi-IN",
            "hr",
            "hu",
            "id",
            "it",
            "ja",
            "ko",
            "lt",
            "lv",
            "ms",
            "mt",
            "nb",
            "nl",
            "pl",
            "pt",
            "pt-BR",
            "ro",
            "ru",
            "sk",
            "sl",
            "sv",
            "th",
            "tr",
            "vi",
            "zh",
            "zh-HK",
            "zh-TW",
        ]
        | None
    ]
    allow_promotion_codes: NotRequired[bool | None]
    order: NotRequired[str]


class CreateOrder(TypedDict):
    """A cart of the merchant's backend, or mode `setup`, and the way it will be paid."""

    items: NotRequired[list[PricedLine | ChosenLine]]
    flow: NotRequired[Literal["checkout_session", "payment_intent"]]
    mode: NotRequired[Literal["payment", "subscription", "setup"] | None]
    currency: NotRequired[str | None]
    success_url: NotRequired[str | None]
    cancel_url: NotRequired[str | None]
    ui_mode: NotRequired[Literal["hosted_page", "embedded_page", "elements", "form"] | None]
    return_url: NotRequired[str | None]
    redirect_on_completion: NotRequired[Literal["always", "if_required", "never"] | None]
    customer_email: NotRequired[str | None]
    client_reference_id: NotRequired[str | None]
    metadata: NotRequired[dict[str, str] | None]
    locale: NotRequired[
        Literal[
            "auto",
            "bg",
            "cs",
            "da",
            "de",
            "el",
            "en",
            "en-GB",
            "es",
            "es-419",
            "et",
            "fi",
            "fil",
            "fr",
            "fr-CA",
            "hi-IN",
            "hr",
            "hu",
            "id",
            "it",
            "ja",
            "ko",
            "lt",
            "lv",
            "ms",
            "mt",
            "nb",
            "nl",
            "pl",
            "pt",
            "pt-BR",
            "ro",
            "ru",
            "sk",
            "sl",
            "sv",
            "th",
            "tr",
            "vi",
            "zh",
            "zh-HK",
            "zh-TW",
        ]
        | None
    ]
    allow_promotion_codes: NotRequired[bool | None]
    capture: NotRequired[Literal["automatic", "manual"] | None]
    session: NotRequired[dict[str, Any] | None]
    customer: NotRequired[str | None]
    discounts: NotRequired[list[Discount] | None]


class CreatePortalSession(TypedDict):
    """Where the portal leads back to."""

    return_url: str


class CreateRefund(TypedDict):
    """How much to give back, and of which payment: by default the rest of the winning one."""

    amount: NotRequired[int]
    payment_intent: NotRequired[str]
    reason: NotRequired[Literal["duplicate", "fraudulent", "requested_by_customer"] | None]
    metadata: NotRequired[dict[str, str] | None]


class CreateSession(TypedDict):
    """A cart, or the id of an order to try again."""

    items: NotRequired[list[Item]]
    mode: NotRequired[Literal["payment", "subscription"] | None]
    customer_email: NotRequired[str | None]
    client_reference_id: NotRequired[str | None]
    metadata: NotRequired[dict[str, str] | None]
    locale: NotRequired[
        Literal[
            "auto",
            "bg",
            "cs",
            "da",
            "de",
            "el",
            "en",
            "en-GB",
            "es",
            "es-419",
            "et",
            "fi",
            "fil",
            "fr",
            "fr-CA",
            "hi-IN",
            "hr",
            "hu",
            "id",
            "it",
            "ja",
            "ko",
            "lt",
            "lv",
            "ms",
            "mt",
            "nb",
            "nl",
            "pl",
            "pt",
            "pt-BR",
            "ro",
            "ru",
            "sk",
            "sl",
            "sv",
            "th",
            "tr",
            "vi",
            "zh",
            "zh-HK",
            "zh-TW",
        ]
        | None
    ]
    allow_promotion_codes: NotRequired[bool | None]
    order: NotRequired[str]
    success_url: NotRequired[str | None]
    cancel_url: NotRequired[str | None]
    ui_mode: NotRequired[Literal["hosted_page", "embedded_page", "elements", "form"] | None]
    return_url: NotRequired[str | None]
    redirect_on_completion: NotRequired[Literal["always", "if_required", "never"] | None]


class CustomField(TypedDict):
    """A question of the merchant's and what was answered; of a dropdown the option's value."""

    key: str
    type: str
    label: str | None
    value: str


class Customer(TypedDict):
    """Who buys; `id` is there when Stripe keeps them as a customer."""

    id: str | None
    name: str | None
    email: str | None
    phone: str | None
    address: Address | None
    tax_ids: list[TaxId]


class Discount(TypedDict):
    """A Coupon or a Promotion Code of the merchant's, by its id at Stripe."""

    coupon: NotRequired[str | None]
    promotion_code: NotRequired[str | None]


class Dispute(TypedDict):
    """A dispute, or an inquiry before one: `due_by` is when an answer must be at Stripe."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    created_at: str
    kind: Literal["dispute", "inquiry"]
    reason: str
    due_by: str | None


EventType = Literal[
    "order.paid",
    "order.processing",
    "order.authorized",
    "order.failed",
    "order.expired",
    "order.canceled",
    "order.refund_pending",
    "order.refunded",
    "order.refund_failed",
    "order.dispute_needs_response",
    "order.disputed",
    "order.dispute_closed",
    "order.early_fraud_warning",
    "order.held",
    "order.shipped",
    "subscription.renewed",
    "subscription.past_due",
    "subscription.ended",
    "subscription.refunded",
    "subscription.refund_failed",
    "subscription.disputed",
    "subscription.dispute_closed",
]


class Fault(TypedDict):
    loc: str
    message: str


class FraudWarning(TypedDict):
    """The card's bank takes a payment for fraud; no money has moved yet."""

    id: str
    fraud_type: str
    actionable: bool
    payment_intent: str | None
    created_at: str


Hold = Literal[
    "amount_mismatch",
    "currency_mismatch",
    "duplicate_payment",
    "paid_after_cancel",
    "wrong_link",
    "wrong_mode",
    "wrong_reference",
    "uncaptured",
    "unknown_status",
    "illegal_transition",
    "refunded_before_fulfilment",
]


class HoldDetails(TypedDict):
    """A hold with its evidence: what was expected and what was seen instead."""

    name: str
    expected: str
    seen: str
    seen_at: str | None
    source: str | None
    event: str | None
    attempt: str
    raised_at: str
    released_at: str | None


class Intent(TypedDict):
    id: str
    client_secret: NotRequired[str | None]
    publishable_key: str | None
    status: str
    final: bool
    order: Order


class Invoice(TypedDict):
    """An invoice over the payment itself: its page and its PDF."""

    id: str
    url: str | None
    pdf: str | None


class Item(TypedDict):
    """A choice from the catalog."""

    price: str
    quantity: int


class Line(TypedDict):
    price: str | None
    name: str
    quantity: int
    unit_amount: int
    amount: int


class LinkOrder(TypedDict):
    url: str
    client_reference_id: str
    order: Order


class LinkStanding(TypedDict):
    order: Order
    final: bool


class MoneyBack(TypedDict):
    """A refund; one that is pending has not reached the buyer yet."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    created_at: str


class Notification(TypedDict):
    """One message: the id and body that are sent, and what became of it."""

    id: str
    type: str
    created_at: str
    state: Literal["due", "delivered", "dead", "kept"]
    body: dict[str, Any]


class Notifications(TypedDict):
    data: list[Notification]
    next_cursor: str | None


class NotifiedDispute(TypedDict):
    id: str
    kind: Literal["dispute", "inquiry"]
    status: str
    reason: str
    amount: int
    currency: str
    due_by: str | None
    payment_intent: str | None


class NotifiedInvoice(TypedDict):
    id: str
    amount_due: int
    amount_paid: int
    currency: str


class NotifiedRefund(TypedDict):
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None


class NotifiedWarning(TypedDict):
    id: str
    fraud_type: str
    actionable: bool
    payment_intent: str | None


class Order(TypedDict):
    """All that is public of an order. Amounts are minor units."""

    id: str
    status: OrderStatus
    fulfilled: bool
    amount_total: int
    amount_paid: int
    amount_refunded: int
    currency: str
    holds: list[Hold]
    livemode: bool
    created_at: str
    items: list[Line]


class OrderInDepth(TypedDict):
    id: str
    status: OrderStatus
    fulfilled: bool
    amount_total: int
    amount_paid: int
    amount_refunded: int
    currency: str
    holds: list[Hold]
    livemode: bool
    created_at: str
    items: list[Line]
    client_reference_id: str | None
    metadata: dict[str, str]
    number: str
    flow: Literal["checkout_session", "payment_intent", "payment_link"]
    customer_email: str | None
    checkout_session: str | None
    payment_intent: str | None
    amount_discount: int
    amount_tax: int
    amount_shipping: int
    amount_charged_back: int
    customer: Customer | None
    shipping: Shipping | None
    custom_fields: list[CustomField]
    consent: Consent | None
    presentment: Presentment | None
    payment_method: PaymentMethod | None
    receipt_url: str | None
    invoice: Invoice | None
    capture: Literal["automatic", "manual"]
    amount_capturable: int
    capture_before: str | None
    attempts: list[Attempt]
    refunds: list[MoneyBack]
    disputes: list[Dispute]
    early_fraud_warnings: list[FraudWarning]
    hold_details: list[HoldDetails]
    subscriptions: list[Subscription]
    shipments: list[Shipment]
    trail: list[Trail]


OrderStatus = Literal[
    "pending",
    "processing",
    "failed",
    "expired",
    "canceled",
    "paid",
    "partially_refunded",
    "refunded",
    "disputed",
    "charged_back",
]


class Orders(TypedDict):
    data: list[PrivateOrder]
    next_cursor: str | None


class PaymentMethod(TypedDict):
    """What it was paid with; a brand is a card's. `id` is Stripe's, to use again what was saved."""

    type: str
    brand: str | None
    last4: str | None
    id: str | None


class PortalSession(TypedDict):
    url: str


class Presentment(TypedDict):
    """What the buyer was shown and paid, where that was in another currency than ours."""

    amount: int
    currency: str


class Price(TypedDict):
    id: str
    currency: str
    unit_amount: int
    recurring: Recurring | None


class PricedLine(TypedDict):
    """A line that the merchant's own backend priced."""

    name: str
    unit_amount: int
    currency: str
    quantity: NotRequired[int]
    adjustable_quantity: NotRequired[AdjustableQuantity | None]
    tax_behavior: NotRequired[Literal["inclusive", "exclusive"] | None]


class PrivateOrder(TypedDict):
    """An order as the merchant's own backend sees it."""

    id: str
    status: OrderStatus
    fulfilled: bool
    amount_total: int
    amount_paid: int
    amount_refunded: int
    currency: str
    holds: list[Hold]
    livemode: bool
    created_at: str
    items: list[Line]
    client_reference_id: str | None
    metadata: dict[str, str]
    number: str
    flow: Literal["checkout_session", "payment_intent", "payment_link"]
    customer_email: str | None
    checkout_session: str | None
    payment_intent: str | None
    amount_discount: int
    amount_tax: int
    amount_shipping: int
    amount_charged_back: int
    customer: Customer | None
    shipping: Shipping | None
    custom_fields: list[CustomField]
    consent: Consent | None
    presentment: Presentment | None
    payment_method: PaymentMethod | None
    receipt_url: str | None
    invoice: Invoice | None
    capture: Literal["automatic", "manual"]
    amount_capturable: int
    capture_before: str | None


class Problem(TypedDict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: NotRequired[list[Fault] | None]
    stripe_code: NotRequired[str | None]


class Product(TypedDict):
    id: str
    name: str
    description: str
    prices: list[Price]


class Products(TypedDict):
    data: list[Product]


class Recurring(TypedDict):
    interval: Literal["day", "week", "month", "year"]
    interval_count: int


class Redelivery(TypedDict):
    id: str
    state: str


class Refund(TypedDict):
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    order: str


class Session(TypedDict):
    id: str
    url: str | None
    client_secret: NotRequired[str | None]
    publishable_key: NotRequired[str | None]
    status: Literal["open", "complete", "expired"]
    payment_status: Literal["unpaid", "paid", "no_payment_required"]
    expires_at: str | None
    final: bool
    order: Order


class Shipment(TypedDict):
    """A parcel on its way; nothing of the money depends on it."""

    id: str
    carrier: str
    tracking_number: str | None
    tracking_url: str | None
    shipped_at: str


class Shipping(TypedDict):
    """Where the goods go to, and by which way."""

    name: str | None
    phone: str | None
    address: Address | None
    rate: ShippingRate | None


class ShippingRate(TypedDict):
    """The way to ship that was chosen; minor units, with the tax that is on it."""

    id: str | None
    name: str | None
    amount: int


class Subscription(TypedDict):
    id: str
    status: str
    current_period_end: str | None


class TaxId(TypedDict):
    """A tax number and its kind, in Stripe's word."""

    type: str
    value: str | None


class Trail(TypedDict):
    seq: int
    before: str
    after: str
    source: str
    reason: str | None
    event: str | None
    at: str


class UpdateItems(TypedDict):
    """All that an open session is to sell from now on."""

    items: list[Item]
