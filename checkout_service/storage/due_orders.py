"""Orders whose look is due, and what becomes of a look that failed."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select, update

from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.domain.views.quarantine import QuarantinedLook

from .records import DueOrder
from .rows import AnyRow
from .tables import attempts, orders

_o = orders.c


def due_orders(connection: Connection, *, now: int, limit: int) -> list[DueOrder]:
    """List orders whose look is due and that nobody is looking at, with their newest attempt.

    The longest due come first. Of those due equally long the oldest do: what lies together in time
    can be listed together.
    """
    later = attempts.alias("later")
    newest = (
        select(func.max(later.c.seq))
        .where(later.c.order_id == _o.id, later.c.ours)
        .correlate(orders)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            _o.id,
            _o.version,
            _o.look_wishes,
            _o.created_at,
            _o.look_failures,
            attempts.c.id.label("attempt_id"),
            attempts.c.kind,
            attempts.c.state,
            attempts.c.session_id,
            attempts.c.created_at.label("attempt_created_at"),
            attempts.c.tries,
        )
        .select_from(orders)
        .join(attempts, (attempts.c.order_id == _o.id) & (attempts.c.seq == newest))
        .where(
            _o.look_due_at <= now,
            (_o.look_lease_until.is_(None)) | (_o.look_lease_until < now),
        )
        .order_by(_o.look_due_at, _o.created_at, _o.id)
        .limit(limit)
    )
    return list(map(_due_order, rows))


def _due_order(row: AnyRow) -> DueOrder:
    return DueOrder(
        order_id=row.id,
        version=row.version,
        requests=row.look_wishes,
        created_at=row.created_at,
        attempt_id=row.attempt_id,
        kind=AttemptKind(row.kind),
        state=AttemptState(row.state),
        session_id=row.session_id,
        attempt_created_at=row.attempt_created_at,
        failures=row.look_failures,
        tries=row.tries,
    )


def look_failed(connection: Connection, order_id: str, *, error: str) -> int:
    """Count a look that failed because of its order; return how many did in a row."""
    found = connection.execute(
        update(orders)
        .where(_o.id == order_id)
        .values(look_failures=_o.look_failures + 1, look_error=error)
        .returning(_o.look_failures)
    ).scalar()
    return int(found or 0)


def look_again_at(connection: Connection, order_id: str, at: int, *, requests: int) -> None:
    """Postpone a look that failed, unless another was requested since it began."""
    connection.execute(
        update(orders)
        .where(_o.id == order_id)
        .values(look_due_at=case((_o.look_wishes == requests, at), else_=_o.look_due_at))
    )


def quarantine(connection: Connection, order_id: str, *, now: int, why: str) -> bool:
    """Look the order up no more until a person or an event says so; False if it was so."""
    connection.execute(update(orders).where(_o.id == order_id).values(look_due_at=None))
    result = connection.execute(
        update(orders)
        .where(_o.id == order_id, _o.quarantined_at.is_(None))
        .values(
            quarantined_at=now,
            look_error=why,
            look_failures=case((_o.look_failures == 0, 1), else_=_o.look_failures),
        )
    )
    return bool(result.rowcount)


def look_went_well(connection: Connection, order_id: str) -> None:
    """Forget failures and quarantine, if there were any."""
    connection.execute(
        update(orders)
        .where(_o.id == order_id, _o.look_failures > 0)
        .values(look_failures=0, look_error=None, quarantined_at=None)
    )


def release_from_quarantine(connection: Connection, order_id: str) -> bool:
    """Let a person have the order looked up once more; False if it was not in quarantine."""
    result = connection.execute(
        update(orders)
        .where(_o.id == order_id, _o.quarantined_at.is_not(None))
        .values(
            quarantined_at=None,
            look_failures=0,
            look_due_at=AT_ONCE,
            look_wishes=_o.look_wishes + 1,
        )
    )
    return result.rowcount == 1


def quarantined_look_of(connection: Connection, order_id: str) -> QuarantinedLook | None:
    """Return since when and why an order is in quarantine; None if it is not."""
    row = connection.execute(
        select(_o.quarantined_at, _o.look_error).where(
            _o.id == order_id, _o.quarantined_at.is_not(None)
        )
    ).one_or_none()
    return None if row is None else QuarantinedLook(row.quarantined_at, row.look_error or "")


def quarantined(connection: Connection, *, limit: int) -> list[tuple[str, str | None]]:
    """List orders that wait for a person, with why their looks failed."""
    rows = connection.execute(
        select(_o.id, _o.look_error)
        .where(_o.quarantined_at.is_not(None))
        .order_by(_o.quarantined_at.desc())
        .limit(limit)
    )
    return [(row.id, row.look_error) for row in rows]
