"""What is for sale and for how much."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from checkout_service.domain.catalog import Catalog, Price, Product
from checkout_service.domain.errors import GatewayError
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import resolve
from checkout_service.domain.ports.prices import Prices

log = logging.getLogger(__name__)


@frozen
class PriceTag:
    """A price as shown: minor units, lower-case currency."""

    id: str
    currency: str
    unit_amount: int
    recurring: Mapping[str, str | int] | None
    max_quantity: int

    @property
    def fits_intent(self) -> bool:
        """True if it can be paid without a Checkout Session: neither a subscription nor free."""
        return self.recurring is None and self.unit_amount > 0


@frozen
class ProductView:
    id: str
    name: str
    description: str
    prices: tuple[PriceTag, ...]
    image: str | None = None
    category: str | None = None


@frozen
class ListProducts:
    catalog: Catalog
    prices: Prices

    def list(self) -> tuple[ProductView, ...]:
        """List the catalog; a price that Stripe cannot tell right now is left out."""
        return tuple(self._view(product, product.prices) for product in self.catalog.products)

    def sold_at(self, price_id: str) -> ProductView | None:
        """Show the product that is sold at a price, at this one alone; None if nothing is."""
        product, price = self.catalog.product_of(price_id), self.catalog.price(price_id)
        return None if product is None or price is None else self._view(product, (price,))

    def _view(self, product: Product, prices: Iterable[Price]) -> ProductView:
        return ProductView(
            product.id,
            product.name,
            product.description,
            tuple(tag for tag in map(self._tag, prices) if tag is not None),
            product.image,
            product.category,
        )

    def _tag(self, price: Price) -> PriceTag | None:
        try:
            known = resolve(price, self.prices.price)
        except GatewayError as error:
            log.warning("price.unknown", extra={"price": price.id, "reason": error.code})
            return None
        if known.unit_amount is None or not known.active:
            return None
        return PriceTag(
            price.id, known.currency, known.unit_amount, known.recurring, price.max_quantity
        )
