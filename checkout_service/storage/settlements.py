"""Write a settlement down: the difference between two ledgers, in the caller's transaction.

Order, trail, fulfilment and messages are written together or not at all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from checkout_service.domain.errors import StaleOrder
from checkout_service.domain.ledger import Attempt, Ledger
from checkout_service.domain.settlement import Settlement

from .ledgers import Loaded
from .tables import attempts, disputes, fulfilments, holds, orders, refunds, transitions
from .upsert import insert_once, upsert

_UPDATE_ORDER = update(orders).where(
    orders.c.id == bindparam("b_id"), orders.c.version == bindparam("b_version")
)
_INSERT_TRANSITION = insert(transitions)
_FIXED = frozenset(("id", "seq", "kind", "ours"))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Which door asked, because of which event, and when (milliseconds UTC)."""

    source: str
    now: int
    event_id: str | None = None
    reason: str | None = None


def save_settlement(
    connection: Connection,
    loaded: Loaded,
    settlement: Settlement,
    why: Circumstances,
    more: dict[str, Any],
) -> int:
    """Write what changed; give the number of the order's last transition.

    `more` are further columns of the order (look times). Raises StaleOrder when somebody else
    settled the order since it was loaded.
    """
    before, after = settlement.before, settlement.after
    order_id = after.terms.order_id
    _save_attempts(connection, before, after, why.now)
    _save_holds(connection, before, after, why.now)
    _save_money_back(connection, before, after)
    if settlement.fulfils:
        insert_once(connection, fulfilments, {"order_id": order_id, "fulfilled_at": why.now})
    entries = _trail(settlement, why)
    moves = loaded.moves + len(entries)
    values = _order_values(settlement) | more
    values |= {"version": loaded.version + 1, "updated_at": why.now, "moves": moves}
    values["sequence"] = loaded.sequence + len(settlement.told)
    result = connection.execute(
        _UPDATE_ORDER.values(values), {"b_id": order_id, "b_version": loaded.version}
    )
    if result.rowcount != 1:
        raise StaleOrder(order_id)
    if entries:
        rows = [e | {"seq": loaded.moves + place} for place, e in enumerate(entries, start=1)]
        connection.execute(_INSERT_TRANSITION, rows)
    return moves


def _order_values(settlement: Settlement) -> dict[str, Any]:
    before, after = settlement.before, settlement.after
    values: dict[str, Any] = {}
    if settlement.moved:
        values["status"] = after.status.value
    if settlement.fulfils:
        values["fulfilled"] = True
    if after.amount_paid != before.amount_paid:
        values["amount_paid"] = after.amount_paid
    if after.amount_refunded != before.amount_refunded:
        values["amount_refunded"] = after.amount_refunded
    if after.holds != before.holds:
        values["holds"] = ",".join(after.active_holds)
    if after.holds or after.refunds or after.disputes:
        values["has_more"] = True
    return values


def _trail(settlement: Settlement, why: Circumstances) -> list[dict[str, Any]]:
    before, after = settlement.before, settlement.after
    entry = {
        "order_id": after.terms.order_id,
        "before": before.status.value,
        "after": after.status.value,
        "source": why.source,
        "event_id": why.event_id,
        "at": why.now,
    }
    known = {(hold.name, hold.attempt_id): hold for hold in before.holds}
    reasons: list[str | None] = []
    for hold in after.holds:
        old = known.get((hold.name, hold.attempt_id))
        if old is None:
            reasons.append(f"hold {hold.name}")
        elif hold.released and not old.released:
            reasons.append(f"released {hold.name} ({why.reason})")
    entries = [entry | {"before": after.status.value, "reason": reason} for reason in reasons]
    if settlement.moved:
        entries.insert(0, entry | {"reason": why.reason})
    if settlement.fulfils:
        entries.append(entry | {"before": after.status.value, "reason": "fulfilled"})
    return entries


def _save_attempts(connection: Connection, before: Ledger, after: Ledger, now: int) -> None:
    known = {attempt.id: attempt for attempt in before.attempts}
    for attempt in after.attempts:
        old = known.get(attempt.id)
        if old is None:
            connection.execute(insert(attempts).values(_new_attempt(after, attempt, now)))
        elif old != attempt:
            was = asdict(old)
            changed = {k: v for k, v in asdict(attempt).items() if was[k] != v and k not in _FIXED}
            connection.execute(update(attempts).where(attempts.c.id == attempt.id).values(changed))


def _new_attempt(ledger: Ledger, attempt: Attempt, now: int) -> dict[str, Any]:
    return asdict(attempt) | {
        "order_id": ledger.terms.order_id,
        "idempotency_key": attempt.id,
        "created_at": now,
    }


def _save_holds(connection: Connection, before: Ledger, after: Ledger, now: int) -> None:
    known = {(hold.name, hold.attempt_id): hold for hold in before.holds}
    for hold in after.holds:
        old = known.get((hold.name, hold.attempt_id))
        if old is None:
            row = {
                "order_id": after.terms.order_id,
                "name": hold.name.value,
                "attempt_id": hold.attempt_id,
                "raised_at": now,
            }
            insert_once(connection, holds, row)
        elif hold.released and not old.released:
            connection.execute(
                update(holds)
                .where(
                    holds.c.order_id == after.terms.order_id,
                    holds.c.name == hold.name.value,
                    holds.c.attempt_id == hold.attempt_id,
                )
                .values(released_at=now)
            )


def _save_money_back(connection: Connection, before: Ledger, after: Ledger) -> None:
    order_id = after.terms.order_id
    for refund in after.refunds.values():
        if before.refunds.get(refund.id) != refund:
            upsert(connection, refunds, _money_row(asdict(refund), order_id), ["id"])
    for dispute in after.disputes.values():
        if before.disputes.get(dispute.id) != dispute:
            upsert(connection, disputes, _money_row(asdict(dispute), order_id), ["id"])


def _money_row(values: dict[str, Any], order_id: str) -> dict[str, Any]:
    values["created_at"] = values.pop("created")
    return values | {"order_id": order_id}
