"""Which orders are asked for: a field that is None or False filters nothing."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen

NEWEST = 10_000


@frozen
class OrderFilter:
    """Times are milliseconds UTC and exclusive; words are compared exactly."""

    status: str | None = None
    held: bool = False
    hold: str | None = None  # the name of one that is up
    created_after: int | None = None
    created_before: int | None = None
    updated_after: int | None = None
    fulfilled_after: int | None = None
    client_reference_id: str | None = None
    customer_email: str | None = None
    checkout_session: str | None = None
    payment_intent: str | None = None
    prices: tuple[str, ...] | None = None
    """Any of these is among its lines; looked for in the newest `NEWEST` that fit the rest."""


EVERY_ORDER = OrderFilter()
