"""Derive an order's status from its ledger. Status is never set; it is read off the facts."""

from __future__ import annotations

from dataclasses import replace

from .ledger import DISPUTE_LOST, DISPUTE_OPEN, Attempt, Ledger, refund_counts
from .merge import raise_holds
from .status import SETTLED, AttemptState, Hold, OrderStatus, may_move

_S = OrderStatus
_A = AttemptState
_LAST_WORD = {
    _A.FAILED: _S.FAILED,
    _A.CANCELED: _S.FAILED,  # an intent canceled at Stripe, not by us
    _A.EXPIRED: _S.EXPIRED,
}


def derive_status(ledger: Ledger) -> OrderStatus:
    """Name the one status these facts add up to: the first line that fits."""
    if ledger.winner is not None:
        return _derive_settled(ledger)
    states = {attempt.state for attempt in ledger.attempts if attempt.ours}
    if _A.PROCESSING in states:
        return _S.PROCESSING
    if ledger.canceled:
        return _S.CANCELED
    if not states or states & {_A.OPEN, _A.DRAFT}:
        return _S.PENDING
    newest = max((a for a in ledger.attempts if a.ours), key=lambda attempt: attempt.seq)
    return _LAST_WORD.get(newest.state, _S.PENDING)


def _derive_settled(ledger: Ledger) -> OrderStatus:
    words = {dispute.status for dispute in ledger.winner_disputes()}
    if words & DISPUTE_LOST:
        return _S.CHARGED_BACK
    if words & DISPUTE_OPEN:
        return _S.DISPUTED
    refunded = ledger.amount_refunded
    if 0 < ledger.amount_paid <= refunded:
        return _S.REFUNDED
    return _S.PARTIALLY_REFUNDED if refunded else _S.PAID


def crown(ledger: Ledger) -> Ledger:
    """Choose the attempt that pays the order, once; any further success is a duplicate.

    A session that merely claims the order wins only after a person released it.
    """
    succeeded = [attempt for attempt in ledger.attempts if attempt.state is _A.SUCCEEDED]
    winner = ledger.winner
    if winner is None:
        winner = next((a for a in succeeded if a.ours or _released(ledger, a)), None)
        if winner is None:
            return ledger
        ledger = _with_winner(ledger, winner)
    for attempt in succeeded:
        if attempt.id != winner.id and (attempt.ours or _released(ledger, attempt)):
            ledger = raise_holds(ledger, attempt.id, {Hold.DUPLICATE_PAYMENT})
    return ledger


def _with_winner(ledger: Ledger, winner: Attempt) -> Ledger:
    won = tuple(replace(a, won=True) if a.id == winner.id else a for a in ledger.attempts)
    ledger = replace(ledger, attempts=won)
    if ledger.canceled:
        ledger = raise_holds(ledger, winner.id, {Hold.PAID_AFTER_CANCEL})
    return ledger


def _released(ledger: Ledger, attempt: Attempt) -> bool:
    holds = [hold for hold in ledger.holds if hold.attempt_id == attempt.id]
    return bool(holds) and all(hold.released for hold in holds)


def judge(ledger: Ledger) -> Ledger:
    """Bring winner, holds, status and fulfilment to what the facts say; pure and idempotent."""
    ledger = crown(ledger)
    ledger = _hold_what_came_back(ledger)
    status = derive_status(ledger)
    if may_move(ledger.status, status):
        ledger = replace(ledger, status=status)
    elif ledger.newest is not None:
        ledger = raise_holds(ledger, ledger.newest.id, {Hold.ILLEGAL_TRANSITION})
    return replace(ledger, fulfilled=ledger.fulfilled or _may_fulfil(ledger))


def _hold_what_came_back(ledger: Ledger) -> Ledger:
    """Money seen going before the order was given: a person decides, not we."""
    winner = ledger.winner
    if winner is None or ledger.fulfilled:
        return ledger
    if any(refund_counts(refund) for refund in ledger.winner_refunds()):
        return raise_holds(ledger, winner.id, {Hold.REFUNDED_BEFORE_FULFILMENT})
    return ledger


def _may_fulfil(ledger: Ledger) -> bool:
    if ledger.active_holds or ledger.status not in SETTLED:
        return False
    if ledger.status is _S.PAID:
        return True
    # A person released the hold on a partly refunded order: that is the wish to fulfil it.
    return ledger.status is _S.PARTIALLY_REFUNDED and any(
        hold.name is Hold.REFUNDED_BEFORE_FULFILMENT and hold.released for hold in ledger.holds
    )
