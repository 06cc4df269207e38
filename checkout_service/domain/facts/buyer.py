"""What a buyer told Stripe, part by part: all of it is text of a stranger's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checkout_service.domain.frozen import frozen


@frozen
class Address:
    """A postal address; `country` is two letters (ISO 3166-1)."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


@frozen
class TaxId:
    """A tax number and its kind, in Stripe's word."""

    type: str
    value: str | None


@frozen
class Customer:
    """Who buys; `id` is there when Stripe keeps them as a customer."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    tax_ids: tuple[TaxId, ...] = ()


@frozen
class ShippingRate:
    """The way to ship that was chosen; minor units, with the tax that is on it."""

    id: str | None
    name: str | None
    amount: int


@frozen
class Shipping:
    """Where the goods go to, and by which way."""

    name: str | None = None
    phone: str | None = None
    address: Address | None = None
    rate: ShippingRate | None = None


@frozen
class CustomField:
    """A question of the merchant's and what was answered; of a dropdown the option's value."""

    key: str
    type: str
    label: str | None
    value: str


@frozen
class Consent:
    """What the buyer agreed to: `opt_in` or `opt_out`, and `accepted`."""

    promotions: str | None = None
    terms_of_service: str | None = None


@frozen
class Presentment:
    """What the buyer was shown and paid, where that was in another currency than ours."""

    amount: int
    currency: str


@frozen
class PaymentMethod:
    """What it was paid with; a brand is a card's. `id` is Stripe's, to use again what was saved."""

    type: str
    brand: str | None = None
    last4: str | None = None
    id: str | None = None


@frozen
class Invoice:
    """An invoice over the payment itself: its page and its PDF."""

    id: str
    url: str | None = None
    pdf: str | None = None


@frozen
class Buyer:
    """The parts as one object shows them.

    `rate_names` is what the ways to ship are called that were offered: an event names their ids.
    """

    customer: Customer | None = None
    shipping: Shipping | None = None
    custom_fields: tuple[CustomField, ...] = ()
    consent: Consent | None = None
    presentment: Presentment | None = None
    payment_method: PaymentMethod | None = None
    receipt_url: str | None = None
    invoice: Invoice | None = None
    rate_names: tuple[tuple[str, str], ...] = ()

    @property
    def how_it_was_paid(self) -> Buyer:
        """Return what a payment tells by itself, and no name or address."""
        return Buyer(
            presentment=self.presentment,
            payment_method=self.payment_method,
            receipt_url=self.receipt_url,
        )

    def beside(self, other: Buyer) -> Buyer:
        """Fill what is not shown here from what was shown with it."""
        gaps = {part: getattr(other, part) for part in PARTS if not getattr(self, part)}
        return replace(self, **gaps)


NOBODY = Buyer()


def plain(value: Any) -> Any:
    """Write a part as JSON has it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    names = getattr(value, "__slots__", None)
    return value if names is None else {name: plain(getattr(value, name)) for name in names}


SHOWN = (
    "customer", "shipping", "custom_fields", "consent", "presentment", "payment_method",
    "receipt_url", "invoice",
)  # fmt: skip
"""The parts that an order shows."""
PARTS = (*SHOWN, "rate_names")
