"""What a settlement writes: the difference between two ledgers, as rows. Plans; writes nothing.

Order, trail, fulfilment and messages are written together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from checkout_service.domain import ids, shapes
from checkout_service.domain.clock import rfc3339
from checkout_service.domain.ledger import Attempt, RaisedHold
from checkout_service.domain.settlement import MOVE, Settlement, Told
from checkout_service.domain.snapshots import DisputeView, RefundView

from .ledgers import Loaded

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Which door asked, because of which event, and when (milliseconds UTC)."""

    source: str
    now: int
    event_id: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Writing:
    """Rows to write for one order that is still at `version`, and due as it was when read."""

    order_id: str
    version: int
    was_due_at: int | None
    now: int
    order: Row
    attempts: list[Row] = field(default_factory=list)
    new_attempts: list[Row] = field(default_factory=list)
    freed_intents: list[str] = field(default_factory=list)  # of these attempts, before all else
    new_holds: list[Row] = field(default_factory=list)
    released_holds: list[RaisedHold] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    disputes: list[Row] = field(default_factory=list)
    fulfils: bool = False
    transitions: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    event: Row | None = None

    @property
    def plain(self) -> bool:
        """True for the everyday settlement, which PostgreSQL writes in one statement."""
        return not (
            len(self.attempts) > 1
            or len(self.messages) > 1
            or self.new_attempts
            or self.freed_intents
            or self.new_holds
            or self.released_holds
            or self.refunds
            or self.disputes
        )


def plan_writing(
    loaded: Loaded, settlement: Settlement, why: Circumstances, more: dict[str, Any]
) -> Writing:
    """Work out every row; `more` are further columns of the order (look times)."""
    before, after = settlement.before, settlement.after
    order_id = after.terms.order_id
    trail = _trail(settlement, why)
    moves = loaded.moves + len(trail)
    order = {
        "status": after.status.value,
        "fulfilled": after.fulfilled,
        "amount_paid": after.amount_paid,
        "amount_refunded": after.amount_refunded,
        "holds": ",".join(after.active_holds),
        "has_more": bool(after.holds or after.refunds or after.disputes),
        "sequence": loaded.sequence + len(settlement.told),
        "moves": moves,
        "look_due_at": loaded.look_due_at,
        "look_tries": loaded.look_tries,
        "canceled_at": loaded.row.order_canceled_at,
    } | more
    writing = Writing(
        order_id, loaded.version, loaded.look_due_at, why.now, order, fulfils=settlement.fulfils
    )
    writing.transitions = [
        entry | {"seq": loaded.moves + place} for place, entry in enumerate(trail, start=1)
    ]
    known = {attempt.id: attempt for attempt in before.attempts}
    for attempt in after.attempts:
        if attempt.id not in known:
            writing.new_attempts.append(_new_attempt(order_id, attempt, why.now))
        elif known[attempt.id] != attempt:
            writing.attempts.append(_attempt(attempt))
            if known[attempt.id].intent_id is not None and attempt.intent_id is None:
                writing.freed_intents.append(attempt.id)
    if after.holds != before.holds:
        _plan_holds(writing, before.holds, after.holds)
    writing.refunds = _money_rows(order_id, before.refunds, after.refunds)
    writing.disputes = _money_rows(order_id, before.disputes, after.disputes)
    writing.messages = _messages(loaded, settlement, why.now, moves)
    return writing


def _attempt(attempt: Attempt) -> Row:
    return {
        "id": attempt.id,
        "state": attempt.state.value,
        "won": attempt.won,
        "session_id": attempt.session_id,
        "intent_id": attempt.intent_id,
        "amount": attempt.amount,
        "amount_discount": attempt.amount_discount,
        "amount_tax": attempt.amount_tax,
        "amount_shipping": attempt.amount_shipping,
        "stripe_status": attempt.stripe_status,
        "payment_status": attempt.payment_status,
        "url": attempt.url,
        "expires_at": attempt.expires_at,
        "customer_email": attempt.customer_email,
        "subscription_id": attempt.subscription_id,
        "recovery_url": attempt.recovery_url,
    }


def _new_attempt(order_id: str, attempt: Attempt, now: int) -> Row:
    return _attempt(attempt) | {
        "order_id": order_id,
        "seq": attempt.seq,
        "kind": attempt.kind.value,
        "ours": attempt.ours,
        "link_id": attempt.link_id,
        "reference": attempt.reference,
        "idempotency_key": attempt.id,
        "created_at": now,
    }


def _plan_holds(
    writing: Writing, before: Sequence[RaisedHold], after: Sequence[RaisedHold]
) -> None:
    known = {(hold.name, hold.attempt_id): hold for hold in before}
    for hold in after:
        old = known.get((hold.name, hold.attempt_id))
        if old is None:
            writing.new_holds.append(
                {
                    "order_id": writing.order_id,
                    "name": hold.name.value,
                    "attempt_id": hold.attempt_id,
                    "raised_at": writing.now,
                }
            )
        elif hold.released and not old.released:
            writing.released_holds.append(hold)


def _money_rows(
    order_id: str,
    before: Mapping[str, RefundView | DisputeView],
    after: Mapping[str, RefundView | DisputeView],
) -> list[Row]:
    """Make rows of the refunds or disputes that are news."""
    news = [asdict(view) for name, view in after.items() if before.get(name) != view]
    return [row | {"order_id": order_id, "created_at": row.pop("created")} for row in news]


def _trail(settlement: Settlement, why: Circumstances) -> list[Row]:
    before, after = settlement.before, settlement.after
    entry = {
        "order_id": after.terms.order_id,
        "before": after.status.value,
        "after": after.status.value,
        "source": why.source,
        "event_id": why.event_id,
        "at": why.now,
    }
    entries: list[Row] = []
    if settlement.moved:
        entries.append(entry | {"before": before.status.value, "reason": why.reason})
    known = {(hold.name, hold.attempt_id): hold for hold in before.holds}
    for hold in after.holds:
        old = known.get((hold.name, hold.attempt_id))
        if old is None:
            entries.append(entry | {"reason": f"hold {hold.name}"})
        elif hold.released and not old.released:
            entries.append(entry | {"reason": f"released {hold.name} ({why.reason})"})
    if settlement.fulfils:
        entries.append(entry | {"reason": "fulfilled"})
    return entries


def _messages(loaded: Loaded, settlement: Settlement, now: int, last_move: int) -> list[Row]:
    """Write the messages owed, each with the order as it is after this settlement."""
    if not settlement.told:
        return []
    snapshot = {"order": shapes.private_order(loaded.view(settlement.after))}
    rows = []
    for place, told in enumerate(settlement.told, start=1):
        about = f"move-{last_move}" if told.about == MOVE else told.about
        rows.append(
            _message(Told(told.kind, about), snapshot, sequence=loaded.sequence + place, now=now)
        )
    return rows


def _message(told: Told, data: Row, *, sequence: int, now: int) -> Row:
    order_id, kind = data["order"]["id"], told.kind.value
    body = {
        "type": kind,
        "timestamp": rfc3339(now),
        "data": {**data, "sequence": sequence},
    }
    return {
        "id": ids.message_id(order_id, kind, told.about),
        "order_id": order_id,
        "kind": kind,
        "about": told.about,
        "sequence": sequence,
        "body": json.dumps(body, separators=(",", ":")),
        "state": "due",
        "tries": 0,
        "created_at": now,
        "next_at": now,
    }


def plan_message(loaded: Loaded, told: Told, why: Circumstances, data: Row) -> Writing:
    """Plan a message that changes nothing of the order, and the line of the trail it leaves."""
    ledger = loaded.ledger
    sequence, moves = loaded.sequence + 1, loaded.moves + 1
    news = {"sequence": sequence, "moves": moves}
    writing = plan_writing(loaded, Settlement(ledger, ledger, ()), why, news)
    order = shapes.private_order(loaded.view(ledger))
    writing.messages = [_message(told, {"order": order, **data}, sequence=sequence, now=why.now)]
    writing.transitions = [
        {
            "order_id": ledger.terms.order_id,
            "seq": moves,
            "before": ledger.status.value,
            "after": ledger.status.value,
            "source": why.source,
            "reason": f"{told.kind.value} {told.about}",
            "event_id": why.event_id,
            "at": why.now,
        }
    ]
    return writing
