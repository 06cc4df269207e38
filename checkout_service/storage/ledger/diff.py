"""What a settlement writes: the difference between two ledgers, as rows. Plans; writes nothing.

Order, trail, fulfilment and messages are written together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from checkout_service.domain import ids
from checkout_service.domain.clock import rfc3339
from checkout_service.domain.facts.fact import Seen
from checkout_service.domain.facts.snapshots import DisputeView, FraudWarningView, RefundView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.money import in_words
from checkout_service.domain.order.ledger import Ledger, RaisedHold
from checkout_service.domain.order.settlement import MOVE, Message, Settlement
from checkout_service.domain.ports.notify import UNHEARD
from checkout_service.domain.views import shapes

from .attempt_rows import row_of
from .read import Loaded

Row = dict[str, Any]


@frozen
class Cause:
    """Which door asked, because of which event, and when (milliseconds UTC)."""

    source: str
    at: int
    event_id: str | None = None
    reason: str | None = None
    note: str | None = None  # a line of the trail that moves nothing


@frozen
class LookPlan:
    """When the next look is due; it counts unless a look was requested after number `requests`.

    `requested` says that the plan is itself a request, which a look on its way does not answer.
    """

    due_at: int | None
    tries: int
    requests: int
    requested: bool = False


@dataclass(slots=True)
class Writing:
    """Rows to write for one order that is still at `version`."""

    order_id: str
    version: int
    now: int
    order: Row
    look: LookPlan
    attempts: list[Row] = field(default_factory=list)
    new_attempts: list[Row] = field(default_factory=list)
    freed_intents: list[str] = field(default_factory=list)  # of these attempts, before all else
    new_holds: list[Row] = field(default_factory=list)
    released_holds: list[RaisedHold] = field(default_factory=list)
    released_by: str | None = None
    amount_total: int = 0
    lines: list[Row] | None = None  # of other terms than before
    refunds: list[Row] = field(default_factory=list)
    disputes: list[Row] = field(default_factory=list)
    warnings: list[Row] = field(default_factory=list)
    fulfils: bool = False
    transitions: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    event: Row | None = None
    intent_id: str | None = None  # no event may have named this one meanwhile

    @property
    def plain(self) -> bool:
        """True for the everyday settlement, which PostgreSQL writes in one statement."""
        return not (
            len(self.attempts) > 1
            or len(self.messages) > 1
            or len(self.transitions) > 2  # noqa: PLR2004
            or self.new_attempts
            or self.freed_intents
            or self.new_holds
            or self.released_holds
            or self.lines
            or self.refunds
            or self.disputes
            or self.warnings
        )


def plan_writing(
    loaded: Loaded,
    settlement: Settlement,
    cause: Cause,
    look: LookPlan | None = None,
    *,
    heard: bool = True,
) -> Writing:
    """Work out every row; without a plan of its own the next look stays as it is.

    `heard` says that somebody wants the messages now.
    """
    before, after = settlement.before, settlement.after
    order_id = after.terms.order_id
    trail = _trail(settlement, cause)
    moves = loaded.moves + len(trail)
    canceled_at = cause.at if after.canceled and not before.canceled else loaded.canceled_at
    order = {
        "status": after.status.value,
        **{name: getattr(after, name) for name in Ledger.DERIVED},
        "holds": ",".join(after.active_holds),
        "has_more": after.has_more,
        "sequence": loaded.sequence + len(settlement.messages),
        "moves": moves,
        "canceled_at": canceled_at,
    }
    kept = LookPlan(loaded.look_due_at, loaded.look_tries, loaded.look_requests)
    writing = Writing(
        order_id, loaded.version, cause.at, order, look or kept, fulfils=settlement.fulfils
    )
    writing.transitions = [
        entry | {"seq": loaded.moves + place} for place, entry in enumerate(trail, start=1)
    ]
    _plan_attempts(writing, before, after)
    if after.holds != before.holds:
        _plan_holds(writing, before.holds, after.holds, cause)
    writing.amount_total = after.terms.amount_total
    writing.lines = loaded.rows_for(after.terms.amount_total)
    writing.refunds = _money_rows(order_id, before.refunds, after.refunds, before, after)
    writing.disputes = _money_rows(order_id, before.disputes, after.disputes, before, after)
    writing.warnings = _money_rows(order_id, before.warnings, after.warnings, before, after)
    writing.messages = _messages(loaded, settlement, cause.at, moves, heard=heard)
    return writing


def _plan_attempts(writing: Writing, before: Ledger, after: Ledger) -> None:
    known = {attempt.id: attempt for attempt in before.attempts}
    for attempt in after.attempts:
        old = known.get(attempt.id)
        if old is None:
            more = {"order_id": writing.order_id, "created_at": writing.now}
            writing.new_attempts.append(row_of(attempt) | more | {"idempotency_key": attempt.id})
        elif old != attempt:
            writing.attempts.append(row_of(attempt))
            if old.intent_id is not None and attempt.intent_id is None:
                writing.freed_intents.append(attempt.id)


def _plan_holds(
    writing: Writing, before: Sequence[RaisedHold], after: Sequence[RaisedHold], cause: Cause
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
                    "expected": hold.expected,
                    "seen": hold.seen,
                    "seen_at": hold.seen_at or cause.at,
                    "source": cause.source,
                    "event_id": cause.event_id,
                }
            )
        elif hold.released and not old.released:
            writing.released_holds.append(hold)
            writing.released_by = f"{cause.source} {cause.reason or ''}".rstrip()


def _money_rows(
    order_id: str,
    before: Mapping[str, RefundView | DisputeView | FraudWarningView],
    after: Mapping[str, RefundView | DisputeView | FraudWarningView],
    ledger_before: Ledger,
    ledger_after: Ledger,
) -> list[Row]:
    """Make rows of the refunds, disputes or warnings that changed or were observed anew."""
    rows = []
    for name, view in after.items():
        seen = ledger_after.seen.get(name, Seen())
        if before.get(name) == view and ledger_before.seen.get(name) == seen:
            continue
        row = asdict(view)
        row["created_at"] = row.pop("created")
        more = {"seen_at": seen.at, "seen_by_event": seen.by_event, "order_id": order_id}
        rows.append(row | more)
    return rows


def _trail(settlement: Settlement, cause: Cause) -> list[Row]:
    before, after = settlement.before, settlement.after
    entry = {
        "order_id": after.terms.order_id,
        "before": after.status.value,
        "after": after.status.value,
        "source": cause.source,
        "event_id": cause.event_id,
        "at": cause.at,
    }
    entries: list[Row] = []
    if settlement.moved:
        entries.append(entry | {"before": before.status.value, "reason": cause.reason})
    if after.terms != before.terms:
        cost = in_words(after.terms.amount_total, after.terms.currency)
        entries.append(entry | {"reason": f"costs {cost} now"})
    known = {(hold.name, hold.attempt_id): hold for hold in before.holds}
    for hold in after.holds:
        old = known.get((hold.name, hold.attempt_id))
        if old is None:
            entries.append(entry | {"reason": f"hold {hold.name}"})
        elif hold.released and not old.released:
            entries.append(entry | {"reason": f"released {hold.name} ({cause.reason})"})
    if settlement.fulfils:
        entries.append(entry | {"reason": "fulfilled"})
    if cause.note is not None:
        entries.append(entry | {"reason": cause.note})
    return entries


def _messages(
    loaded: Loaded, settlement: Settlement, now: int, last_move: int, *, heard: bool
) -> list[Row]:
    """Write the messages owed, each with the order as it is after this settlement."""
    if not settlement.messages:
        return []
    order = shapes.private_order(loaded.view(settlement.after))
    return [
        _message(
            message,
            f"move-{last_move}" if message.about == MOVE else message.about,
            {"order": order, **shapes.subject(message.subject), **shapes.renewal(message.renewal)},
            sequence=loaded.sequence + place,
            now=now,
            heard=heard,
        )
        for place, message in enumerate(settlement.messages, start=1)
    ]


def _message(
    message: Message, about: str, data: Row, *, sequence: int, now: int, heard: bool
) -> Row:
    order_id, kind = data["order"]["id"], message.kind.value
    body = {
        "type": kind,
        "timestamp": rfc3339(now),
        "data": {**data, "sequence": sequence},
    }
    return {
        "id": ids.message_id(order_id, kind, about),
        "order_id": order_id,
        "kind": kind,
        "about": about,
        "sequence": sequence,
        "body": json.dumps(body, separators=(",", ":")),
        "state": "due",
        "wish": "" if heard else UNHEARD,
        "tries": 0,
        "created_at": now,
        "next_at": now,
    }


def plan_message(
    loaded: Loaded, message: Message, cause: Cause, data: Row, *, heard: bool = True
) -> Writing:
    """Plan a message that changes nothing of the order, and the line of the trail it leaves."""
    ledger = loaded.ledger
    sequence, moves = loaded.sequence + 1, loaded.moves + 1
    writing = plan_writing(loaded, Settlement(ledger, ledger, ()), cause)
    writing.order |= {"sequence": sequence, "moves": moves}
    data = {"order": shapes.private_order(loaded.view(ledger)), **data}
    writing.messages = [
        _message(message, message.about, data, sequence=sequence, now=cause.at, heard=heard)
    ]
    writing.transitions = [
        {
            "order_id": ledger.terms.order_id,
            "seq": moves,
            "before": ledger.status.value,
            "after": ledger.status.value,
            "source": cause.source,
            "reason": f"{message.kind.value} {message.about}",
            "event_id": cause.event_id,
            "at": cause.at,
        }
    ]
    return writing
