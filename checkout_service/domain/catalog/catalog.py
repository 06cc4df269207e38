"""What is for sale. Amounts come from here (or from Stripe's Price), never from a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from checkout_service.domain.addresses import is_public, origin_of
from checkout_service.domain.frozen import frozen

from .options import CheckoutOptions
from .shop import Shop

DEFAULT_MAX_QUANTITY = 99


@frozen
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
    adjustable: tuple[int, int] | None = None  # how few and how many a buyer may make it
    tax_behavior: str | None = None


@frozen
class Product:
    """What is sold. `images`, `tax_code` and `unit_label` are told to Stripe with our own prices.

    `thank_you` is for whoever has paid it, `category` the part of the storefront it stands in.
    """

    id: str
    name: str
    description: str
    prices: tuple[Price, ...]
    images: tuple[str, ...] = ()
    tax_code: str | None = None
    unit_label: str | None = None
    thank_you: str | None = None
    category: str | None = None

    @property
    def image(self) -> str | None:
        return self.images[0] if self.images else None

    def for_stripe(self) -> dict[str, str | list[str]]:
        """Return what Stripe is told of it beside name and description.

        A picture that only this machine or network can load would be a hole in Stripe's page.
        """
        words = {
            "images": [image for image in self.images if is_public(image)],
            "tax_code": self.tax_code,
            "unit_label": self.unit_label,
        }
        return {key: value for key, value in words.items() if value}


@frozen
class PaymentLink:
    """A Payment Link of the merchant's and the price its payments must match.

    `adjustable` names what Stripe may compute on top: discount, tax, shipping.
    """

    id: str
    url: str
    stripe_payment_link: str
    price: str
    quantity: int = 1
    name: str | None = None
    adjustable: frozenset[str] = frozenset()


@frozen
class Catalog:
    products: tuple[Product, ...] = ()
    payment_links: tuple[PaymentLink, ...] = ()
    options: CheckoutOptions = field(default_factory=CheckoutOptions)
    shop: Shop = field(default_factory=Shop)

    def price(self, price_id: str) -> Price | None:
        for product in self.products:
            for price in product.prices:
                if price.id == price_id:
                    return price
        return None

    def product_of(self, price_id: str | None) -> Product | None:
        """Return the product that a price is of."""
        price = self.price(price_id or "")
        if price is None:
            return None
        return next(product for product in self.products if product.id == price.product)

    @property
    def image_origins(self) -> tuple[str, ...]:
        """Name where the pictures of the shop and its products are loaded from."""
        shown = (image for product in self.products for image in product.images)
        origins = {origin_of(url) for url in (self.shop.logo, *shown) if url}
        return tuple(sorted(origin for origin in origins if origin))

    def link(self, link_id: str) -> PaymentLink | None:
        return next((link for link in self.payment_links if link.id == link_id), None)

    def link_of_stripe(self, plink: str) -> PaymentLink | None:
        return next((k for k in self.payment_links if k.stripe_payment_link == plink), None)
