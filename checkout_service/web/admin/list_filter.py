"""What the list of orders is narrowed to: kept in its address alone, so that it can be shared."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request

from checkout_service.domain.days import midnight
from checkout_service.domain.errors import Fault
from checkout_service.domain.frozen import frozen
from checkout_service.domain.status import Hold, OrderStatus
from checkout_service.domain.views.order_filter import OrderFilter
from checkout_service.web.context import catalog, shop

from .blueprint import nothing_of

HELD, ANY = "held", "any"
HOLDS = (ANY, *(hold.value for hold in Hold))
STATUSES = (*(status.value for status in OrderStatus), HELD)


@frozen
class ListFilter:
    """A status, a hold, a product of the catalog, the first and the last day by the shop's clock.

    None where all is wanted; `faults` tell what the address has that is none of these.
    """

    status: str | None = None
    hold: str | None = None
    product: str | None = None
    since: date | None = None
    until: date | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def filter(self) -> OrderFilter:
        zone = shop().time_zone
        since, until = self.since, self.until
        return OrderFilter(
            status=None if self.status == HELD else self.status,
            held=self.status == HELD or self.hold == ANY,
            hold=None if self.hold == ANY else self.hold,
            created_after=None if since is None else midnight(since, zone) - 1,
            created_before=None if until is None else midnight(until + _DAY, zone),
            prices=None if self.product is None else _prices_of(self.product),
        )

    @property
    def beside_status(self) -> dict[str, str]:
        """Return the days, the hold and the product as the address carries them."""
        named = {"since": self.since, "until": self.until}
        days = {name: day.isoformat() for name, day in named.items() if day is not None}
        words = {"hold": self.hold, "product": self.product}
        return days | {name: word for name, word in words.items() if word}

    @property
    def words(self) -> dict[str, str]:
        """Return all of it as the address carries it."""
        return self.beside_status | ({"status": self.status} if self.status else {})


_DAY = timedelta(days=1)
_FIRST, _LAST = date(2000, 1, 1), date(9000, 1, 1)


def read() -> ListFilter:
    """Read the address; what is no status, hold, product or day asks for nothing."""
    products = tuple(one.id for one in catalog().products)
    known = {"status": STATUSES, "hold": HOLDS, "product": products}
    given = {name: request.args.get(name, "").strip() for name in (*known, "since", "until")}
    words = {name: given[name] if given[name] in known[name] else None for name in known}
    days = {name: read_day(given[name]) for name in ("since", "until")}
    wrong = [name for name, read in (words | days).items() if given[name] and read is None]
    faults = tuple(
        Fault(name, nothing_of(name, given[name]) if name in known else no_day(given[name]))
        for name in wrong
    )
    status, hold, product = (words[name] for name in known)
    return ListFilter(status, hold, product, days["since"], days["until"], faults)


def no_day(text: str) -> str:
    """Say that this is no day."""
    return f"{nothing_of('day', text)} A day is written as 2026-02-28."


def _prices_of(product: str) -> tuple[str, ...]:
    return tuple(p.id for one in catalog().products if one.id == product for p in one.prices)


def read_day(text: str) -> date | None:
    """Read a day as an address or a form carries it; None for what is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None
