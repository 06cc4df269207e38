"""Money that is held on buyers' cards: whose authorisation ends soon."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from checkout_service.domain.frozen import frozen

from .tables import attempts

_HELD = text("authorized_until IS NOT NULL AND state = 'processing'")


@frozen
class EndingSoon:
    """An order whose money is let go at a time (milliseconds UTC) unless somebody captures it."""

    order_id: str
    until: int


def ending(connection: Connection, *, before: int, limit: int) -> list[EndingSoon]:
    """List the authorisations that end before a time, the first to end first."""
    a = attempts.c
    rows = connection.execute(
        select(a.order_id, a.authorized_until)
        .where(_HELD, a.authorized_until < before)
        .order_by(a.authorized_until)
        .limit(limit)
    )
    return [EndingSoon(row.order_id, row.authorized_until) for row in rows]
