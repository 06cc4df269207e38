"""What is known of a buyer, and how what is shown later joins it.

A part that is not shown says nothing: it never empties what is known. Of one part that is shown
twice the later observation counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields, replace
from typing import Any

from checkout_service.domain.frozen import frozen

from .buyer import PARTS, Buyer, Customer, Invoice, Shipping, ShippingRate
from .fact import NEVER, Age, Seen

# Of these one observation may show more than another: the id of an invoice alone, for example.
_JOINED = (Customer, Shipping, ShippingRate, Invoice)
_BY_ID = (ShippingRate, Invoice)


@frozen
class KnownBuyer(Buyer):
    """The parts, and when each was observed."""

    seen: Mapping[str, Seen] = field(default_factory=dict)


NOT_KNOWN = KnownBuyer()


def join(known: KnownBuyer, shown: Buyer, seen: Seen) -> KnownBuyer:
    """Take in what was shown at a time; safe to repeat."""
    changes: dict[str, Any] = {}
    times = dict(known.seen)
    for part in PARTS:
        new, old = getattr(shown, part), getattr(known, part)
        if not new:
            continue
        if old and seen.age_beside(times.get(part, NEVER)) is Age.EARLIER:
            changes[part] = _over(new, old)
        else:
            changes[part], times[part] = _over(old, new), seen
    return _named(replace(known, **changes, seen=times)) if changes else known


def _over(old: Any, new: Any) -> Any:
    """Put the newer on top; of one thing, what it does not say stays as it was."""
    if type(old) is not type(new) or not isinstance(new, _JOINED):
        return new
    if isinstance(new, _BY_ID) and new.id != old.id:
        return new
    said = {f.name: getattr(new, f.name) for f in fields(new)}
    on_top = {name: _over(getattr(old, name), value) for name, value in said.items() if value}
    return replace(old, **on_top)


def _named(buyer: KnownBuyer) -> KnownBuyer:
    """Call the chosen way to ship by its name, where only its id was shown."""
    shipping = buyer.shipping
    rate = None if shipping is None else shipping.rate
    if shipping is None or rate is None or rate.name is not None:
        return buyer
    named = replace(rate, name=dict(buyer.rate_names).get(rate.id or ""))
    return replace(buyer, shipping=replace(shipping, rate=named))
