"""What is for sale. Amounts come from here (or from Stripe's Price), never from a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .options import CheckoutOptions

DEFAULT_MAX_QUANTITY = 99


@dataclass(frozen=True, slots=True)
class Price:
    """A price of a product: minor units and currency, or the id of Stripe's own Price."""

    id: str
    product: str
    name: str
    description: str
    currency: str | None
    unit_amount: int | None
    max_quantity: int = DEFAULT_MAX_QUANTITY
    stripe_price: str | None = None
    recurring: Mapping[str, str | int] | None = None


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str
    description: str
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """A Payment Link of the merchant's and the price its payments must match."""

    id: str
    url: str
    stripe_payment_link: str
    price: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Catalog:
    products: tuple[Product, ...] = ()
    payment_links: tuple[PaymentLink, ...] = ()
    options: CheckoutOptions = field(default_factory=CheckoutOptions)

    def price(self, price_id: str) -> Price | None:
        for product in self.products:
            for price in product.prices:
                if price.id == price_id:
                    return price
        return None

    def link(self, link_id: str) -> PaymentLink | None:
        return next((link for link in self.payment_links if link.id == link_id), None)

    def link_of_stripe(self, plink: str) -> PaymentLink | None:
        return next((k for k in self.payment_links if k.stripe_payment_link == plink), None)
