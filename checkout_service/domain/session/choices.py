"""What of an order is left to its buyer by what is handed through: added items, a first period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from checkout_service.domain.order.line import Line
from checkout_service.domain.order.room import NOTHING, PART, WHOLE, Offer, Room
from checkout_service.domain.ports.prices import PriceView

Session = Mapping[str, object]

_TRIAL: Final = ("trial_period_days", "trial_end")
_LATER: Final = ("billing_cycle_anchor", "billing_cycle_anchor_config")
_USUAL_MOST: Final = 99  # https://docs.stripe.com/api/checkout/sessions/create


def due_at_once(session: Session) -> str:
    """Name how much of a recurring price is due when the subscription begins."""
    data = session.get("subscription_data")
    if not isinstance(data, Mapping):
        return WHOLE
    if any(data.get(name) for name in _TRIAL):
        return NOTHING
    if not any(data.get(name) for name in _LATER):
        return WHOLE
    return NOTHING if data.get("proration_behavior") == "none" else PART


def added_items(session: Session) -> Iterator[Mapping[str, object]]:
    """List the items that the buyer may add, as they are handed through."""
    given = session.get("optional_items")
    if isinstance(given, list | tuple):
        yield from (item for item in given if isinstance(item, Mapping))


def offer_of(
    item: Mapping[str, object], price: PriceView, ours: tuple[str, str] | None, due: str
) -> Offer:
    """Freeze an item that may be added: how many, and at which price.

    `ours` is the id and name of a price of the catalog's.
    """
    quantity = _whole(item.get("quantity"), 1)
    least = most = quantity
    adjustable = item.get("adjustable_quantity")
    if isinstance(adjustable, Mapping) and adjustable.get("enabled") is True:
        least = max(1, _whole(adjustable.get("minimum"), 0))
        most = _whole(adjustable.get("maximum"), _USUAL_MOST)
    return Offer(
        name=ours[1] if ours else "",
        unit_amount=price.unit_amount or 0,
        quantity=quantity,
        least=least,
        most=most,
        price=ours[0] if ours else None,
        stripe_price=price.id,
        due=due if price.recurring else WHOLE,
    )


def room_of(lines: Sequence[Line], added: Sequence[Offer], session: Session) -> Room | None:
    """Freeze what the buyer may change; None where that is nothing.

    Where tax is inside one price and on top of another, only the lines tell what is due as well.
    """
    later = due_at_once(session)
    in_cart = tuple(
        Offer(
            name=line.name,
            unit_amount=line.unit_amount,
            quantity=line.quantity,
            least=line.adjustable[0] if line.adjustable else line.quantity,
            most=line.adjustable[1] if line.adjustable else line.quantity,
            price=line.price,
            stripe_price=line.stripe_price,
            place=place,
            due=later if line.recurring else WHOLE,
        )
        for place, line in enumerate(lines)
    )
    offers = (*in_cart, *added)
    alike = len({line.tax_behavior for line in lines}) <= 1
    return None if alike and all(offer.is_fixed for offer in offers) else Room(offers)


def _whole(value: object, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else usual
