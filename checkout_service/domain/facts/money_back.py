"""Merge what happened to money after it came: refunds, disputes and warnings, each by its id."""

from __future__ import annotations

from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.replaced import replace

from .fact import Age, Fact, Seen
from .snapshots import DisputeView, FraudWarningView, RefundView

_REFUND_RANK = {"pending": 1, "requires_action": 1, "succeeded": 2, "failed": 3, "canceled": 3}
_DISPUTE_RANK = {
    "warning_needs_response": 1, "warning_under_review": 2, "warning_closed": 3,
    "needs_response": 4, "under_review": 5, "prevented": 6, "won": 6, "lost": 6,
    "appeal_needs_response": 7, "appeal_under_review": 8,
}  # fmt: skip


def merge_refund(ledger: Ledger, view: RefundView, fact: Fact) -> Ledger:
    """Take a refund in. It only moves forward, so a further word is true whenever it was seen.

    A word that we do not know tells nothing of the money: what was known stays.
    """
    known = ledger.refunds.get(view.id)
    if known is not None and view.status not in _REFUND_RANK:
        return ledger
    before = ledger.seen.get(view.id, Seen())
    rises = known is None or _rank(_REFUND_RANK, view) > _rank(_REFUND_RANK, known)
    if rises or fact.seen.age_beside(before) is Age.LATER:
        return _with(ledger, fact, refunds={**ledger.refunds, view.id: view})
    return ledger


def merge_dispute(ledger: Ledger, view: DisputeView, fact: Fact) -> Ledger:
    """Take a dispute in. It may be decided anew, so only the later observation counts."""
    known = ledger.disputes.get(view.id)
    if known is None:
        return _with(ledger, fact, disputes={**ledger.disputes, view.id: view})
    rise = _rank(_DISPUTE_RANK, view) - _rank(_DISPUTE_RANK, known)
    age = fact.seen.age_beside(ledger.seen.get(view.id, Seen()))
    if age is Age.LATER or (age is Age.UNKNOWN and rise > 0):
        return _with(ledger, fact, disputes={**ledger.disputes, view.id: view})
    return replace(ledger, look_wanted=True) if _contradicts(view, known, rise, age) else ledger


def merge_warning(ledger: Ledger, view: FraudWarningView, fact: Fact) -> Ledger:
    """Take an early fraud warning in; of two words of one time the one that is over counts."""
    known = ledger.warnings.get(view.id)
    age = fact.seen.age_beside(ledger.seen.get(view.id, Seen()))
    later = age is Age.LATER or (age is Age.UNKNOWN and not view.actionable)
    if known is not None and not later:
        return ledger
    return _with(ledger, fact, warnings={**ledger.warnings, view.id: view})


def _contradicts(view: DisputeView, known: DisputeView, rise: int, age: Age) -> bool:
    """True if only a look can tell which word is the last.

    Within one second it may be either: what was decided may have been opened anew. An older word
    that is no step on the way to what we know means that one of two clocks is wrong.
    """
    return view.status != known.status and (rise >= 0 or age is Age.UNKNOWN)


def _rank(ranks: dict[str, int], view: RefundView | DisputeView) -> int:
    return ranks.get(view.status, 0)


def _with(ledger: Ledger, fact: Fact, **changes: object) -> Ledger:
    seen = {**ledger.seen, fact.subject.id: fact.seen}
    return replace(ledger, seen=seen, **changes)  # type: ignore[arg-type]  # named by the callers
