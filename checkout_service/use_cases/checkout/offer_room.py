"""Freeze what a buyer may change on Stripe's page: read the prices of what may be added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checkout_service.domain.catalog import Catalog
from checkout_service.domain.errors import Fault, InvalidInput, UnknownToStripe
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import Cart
from checkout_service.domain.order.line import Line
from checkout_service.domain.order.room import Offer, Room
from checkout_service.domain.ports.prices import Prices, PriceView
from checkout_service.domain.session import choices

_WHERE = "session.optional_items"
Item = Mapping[str, object]


@frozen
class OfferRoom:
    prices: Prices
    catalog: Catalog

    def of(
        self, cart: Cart, lines: Sequence[Line], session: Mapping[str, object], mode: str
    ) -> tuple[dict[str, object], Room | None]:
        """Return what is handed through, by Stripe's own prices, and the room it leaves.

        Of the catalog's optional items those are left out that are sold in another currency or
        mode; an order's own are refused. Raises InvalidInput, and GatewayError when a price of
        Stripe's cannot be read.
        """
        items: list[Item] = []
        offers: list[Offer] = []
        faults: list[Fault] = []
        due = choices.due_at_once(session)
        for place, item in enumerate(choices.added_items(session)):
            price, ours, why = self._price(item, lines, mode)
            if price is not None and not why:
                items.append({**item, "price": price.id})
                offers.append(choices.offer_of(item, price, ours, due))
            elif "optional_items" in cart.session:
                faults.append(Fault(f"{_WHERE}.{place}.price", why))
        if faults:
            raise InvalidInput(faults)
        handed = {name: value for name, value in session.items() if name != "optional_items"}
        if items:
            handed["optional_items"] = items
        return handed, choices.room_of(lines, offers, session)

    def _price(
        self, item: Item, lines: Sequence[Line], mode: str
    ) -> tuple[PriceView | None, tuple[str, str] | None, str]:
        """Read a price of the catalog's, or of Stripe's, and why it cannot be added."""
        named = str(item.get("price"))
        ours = self.catalog.price(named)
        if ours is not None and ours.stripe_price is None:
            return None, None, "only a price that is Stripe's (stripe_price) can be added"
        try:
            price = self.prices.price(ours.stripe_price or "" if ours else named)
        except UnknownToStripe:
            return None, None, "Stripe has no such price"
        known = (ours.id, ours.name) if ours else None
        return price, known, next(_unfit(price, lines[0].currency, mode), "")


def _unfit(price: PriceView, currency: str, mode: str) -> Iterator[str]:
    if price.unit_amount is None or not price.active:
        yield "this price cannot be bought right now"
    if price.currency != currency:
        yield f"one order has one currency, not {currency} and {price.currency}"
    if price.recurring and mode != "subscription":
        yield "a recurring price needs a subscription"
