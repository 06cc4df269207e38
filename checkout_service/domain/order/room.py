"""What an order's buyer may still change on Stripe's page, within bounds frozen with the order.

An order without room comes to one amount. One with room names every line that may be bought, how
many of it, and how much of its price is due at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from checkout_service.domain.frozen import frozen
from checkout_service.domain.money import in_words

WHOLE, PART, NOTHING = "whole", "part", "nothing"  # of a price, what is due at once
_ADDED = 0  # of an item that the buyer may add, none is in the cart


class ShownLine(NamedTuple):
    """A line of a payment as Stripe shows it; `amount` is what is due at once, minor units.

    `price` is Stripe's id of its price, `place` the one that we gave it in the cart.
    """

    quantity: int
    amount: int
    unit_amount: int | None = None
    price: str | None = None
    place: int | None = None
    name: str = ""


class BoughtLine(NamedTuple):
    """A line that was bought: our name of its price, and what of it was due at once."""

    price: str | None
    name: str
    quantity: int
    unit_amount: int
    amount: int


@frozen
class Offer:
    """A line that may be bought, from `least` to `most` of it; minor units.

    `quantity` is how many are in the cart. An item that the buyer may add has no place there.
    """

    name: str
    unit_amount: int
    quantity: int
    least: int
    most: int
    price: str | None = None
    stripe_price: str | None = None
    place: int | None = None
    due: str = WHOLE

    @property
    def is_added(self) -> bool:
        return self.place is None

    @property
    def is_fixed(self) -> bool:
        whole = self.due == WHOLE and not self.is_added
        return whole and self.least == self.quantity == self.most

    @property
    def in_cart(self) -> int:
        return _ADDED if self.is_added else self.quantity

    def least_due(self, quantity: int) -> int:
        return self.unit_amount * quantity if self.due == WHOLE else 0

    def most_due(self, quantity: int) -> int:
        return 0 if self.due == NOTHING else self.unit_amount * quantity

    def takes(self, line: ShownLine) -> bool:
        """True if this line is a purchase of what is offered here."""
        if self.is_added or line.place is None:
            known = self.stripe_price is None or line.price == self.stripe_price
        else:
            known = line.place == self.place
        return (
            known
            and line.unit_amount in (None, self.unit_amount)
            and self.least <= line.quantity <= self.most
            and self.least_due(line.quantity) <= line.amount <= self.most_due(line.quantity)
        )


@frozen
class Room:
    """All that may be bought in one order."""

    offers: tuple[Offer, ...]

    @property
    def opening(self) -> range:
        """What may be due before the buyer has changed anything."""
        return _between(self.offers, *2 * ([offer.in_cart for offer in self.offers],))

    @property
    def paying(self) -> range:
        """What may be due when the buyer has chosen."""
        least = [_ADDED if offer.is_added else offer.least for offer in self.offers]
        return _between(self.offers, least, [offer.most for offer in self.offers])

    def bought(self, lines: Iterable[ShownLine]) -> tuple[BoughtLine, ...]:
        """Name what was bought; nothing, if a line is not on offer or one is missing."""
        left, found = list(self.offers), []
        for line in lines:
            offer = next((one for one in left if one.takes(line)), None)
            if offer is None:
                return ()
            left.remove(offer)
            name = offer.name or line.name
            found.append(
                BoughtLine(offer.price, name, line.quantity, offer.unit_amount, line.amount)
            )
        missing = any(offer.least and not offer.is_added for offer in left)
        return () if missing else tuple(found)

    def words(self, currency: str) -> str:
        """Say what may be bought, for the person who decides."""
        return ", ".join(
            f"{_many(offer)} at {in_words(offer.unit_amount, currency)}{_OF[offer.due]}"
            for offer in self.offers
        )


_OF = {WHOLE: "", PART: " (a part due)", NOTHING: " (nothing due)"}


def _many(offer: Offer) -> str:
    least = _ADDED if offer.is_added else offer.least
    return str(least) if least == offer.most else f"{least} to {offer.most}"


def _between(offers: Sequence[Offer], least: Sequence[int], most: Sequence[int]) -> range:
    low = sum(offer.least_due(many) for offer, many in zip(offers, least, strict=True))
    high = sum(offer.most_due(many) for offer, many in zip(offers, most, strict=True))
    return range(low, high + 1)
