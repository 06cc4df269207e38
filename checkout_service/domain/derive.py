"""Derive what is true of an order from its ledger: status is never set, it is read off facts."""

from __future__ import annotations

from checkout_service.domain.replaced import replace

from .guard import Difference
from .holds import raise_hold
from .money import in_words
from .moves import may_move
from .order.ledger import DISPUTE_LOST, DISPUTE_OPEN, Attempt, Ledger, is_going_back
from .status import SETTLED, AttemptState, Hold, OrderStatus

_S = OrderStatus
_A = AttemptState
_LAST_WORD = {
    _A.FAILED: _S.FAILED,
    _A.CANCELED: _S.FAILED,  # an intent canceled at Stripe, not by us
    _A.EXPIRED: _S.EXPIRED,
}


def derive(ledger: Ledger, *, proven: bool) -> Ledger:
    """Bring winner, holds, status and fulfilment to what the facts say; pure and idempotent.

    `proven` says that the winner's money is there now. Without it an order that could be fulfilled
    is only paid, and wants a look.
    """
    ledger = choose_winner(ledger)
    ledger = _hold_what_came_back(ledger)
    status = derive_status(ledger)
    if may_move(ledger.status, status):
        ledger = replace(ledger, status=status)
    elif ledger.newest is not None:
        difference = Difference(f"no way from {ledger.status}", f"the facts say {status}")
        ledger = raise_hold(ledger, ledger.newest.id, Hold.ILLEGAL_TRANSITION, difference)
    if ledger.fulfilled or not _may_fulfil(ledger):
        return ledger
    return replace(ledger, fulfilled=True) if proven else replace(ledger, look_wanted=True)


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
    if newest.state is _A.CANCELED and newest.authorized_until is not None:
        return _S.CANCELED  # money that was held on the card was let go, not refused
    return _LAST_WORD.get(newest.state, _S.PENDING)


def _derive_settled(ledger: Ledger) -> OrderStatus:
    paid, refunded = ledger.amount_paid, ledger.amount_refunded
    if ledger.amount_charged_back and paid <= refunded + ledger.amount_charged_back:
        return _S.CHARGED_BACK
    if any(dispute.status in DISPUTE_OPEN for dispute in ledger.winner_disputes()):
        return _S.DISPUTED
    if 0 < paid <= refunded:
        return _S.REFUNDED
    return _S.PARTIALLY_REFUNDED if refunded else _S.PAID


def choose_winner(ledger: Ledger) -> Ledger:
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
            difference = Difference(f"one payment, {_name(winner)}", f"another, {_name(attempt)}")
            ledger = raise_hold(
                ledger, attempt.id, Hold.DUPLICATE_PAYMENT, difference, seen_at=attempt.seen.at
            )
    return ledger


def _with_winner(ledger: Ledger, winner: Attempt) -> Ledger:
    won = tuple(replace(a, won=True) if a.id == winner.id else a for a in ledger.attempts)
    ledger = replace(ledger, attempts=won)
    if ledger.canceled:
        difference = Difference("no payment: the order is canceled", f"paid by {_name(winner)}")
        ledger = raise_hold(
            ledger, winner.id, Hold.PAID_AFTER_CANCEL, difference, seen_at=winner.seen.at
        )
    return ledger


def _released(ledger: Ledger, attempt: Attempt) -> bool:
    holds = [hold for hold in ledger.holds if hold.attempt_id == attempt.id]
    return bool(holds) and all(hold.released for hold in holds)


def _hold_what_came_back(ledger: Ledger) -> Ledger:
    """Money seen going before the order was given: a person decides, not we."""
    winner = ledger.winner
    if winner is None or ledger.fulfilled:
        return ledger
    gone = [
        f"{refund.id} {in_words(refund.amount, refund.currency)} {refund.status}"
        for refund in ledger.winner_refunds()
        if is_going_back(refund)
    ]
    gone += [
        f"{dispute.id} {in_words(dispute.amount, dispute.currency)} lost"
        for dispute in ledger.winner_disputes()
        if dispute.status in DISPUTE_LOST
    ]
    if not gone:
        return ledger
    paid = in_words(winner.amount, ledger.terms.currency)
    difference = Difference(f"{paid} kept", ", ".join(gone))
    return raise_hold(ledger, winner.id, Hold.REFUNDED_BEFORE_FULFILMENT, difference)


def _may_fulfil(ledger: Ledger) -> bool:
    if ledger.active_holds or ledger.status not in SETTLED:
        return False
    if ledger.status is _S.PAID:
        return True
    # A person released the hold on a partly refunded order: that is the decision to fulfil it.
    return ledger.status is _S.PARTIALLY_REFUNDED and any(
        hold.name is Hold.REFUNDED_BEFORE_FULFILMENT and hold.released for hold in ledger.holds
    )


def _name(attempt: Attempt) -> str:
    return attempt.session_id or attempt.intent_id or attempt.id
