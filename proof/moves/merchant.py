"""The merchant: refunds, cancels, holds released, a receiver that fails; and Stripe's bad days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from checkout_service.domain.errors import (
    CheckoutError,
    DatabaseUnavailable,
    ReadsSpent,
    RefundTooLarge,
    StripeUnavailable,
)
from checkout_service.domain.ports.notify import Delivered, Failed, Gone
from proof.books import read_books
from proof.story import Move
from proof.world import Ask, Play

_PATHS = (
    "/v1",
    "/v1/refunds",
    "/v1/checkout/sessions",
    "/v1/payment_intents",
    "/v1/events",
)
_CUT_OFF_AFTER = 13  # seconds: the longest that one exchange with a backend takes
_KINDS = (
    "error_500",
    "commit_then_500",
    "commit_then_reset",
    "reset",
    "rate_limit",
    "timeout",
    "stale_list",
)


def refunds(play: Play, move: Move) -> None:
    """Ask the service to give money back: an amount, or the rest."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None:
        return
    amount = (None, 100, 1000, 1250, 600)[move.n % 5]
    ask = Ask(purchase.bought.order, amount, f"ref_{len(play.asks)}")
    play.asks.append(ask)
    _ask(play, ask, move.by)


def refunds_in_a_storm(play: Play, move: Move) -> None:
    """Ask for a refund whose answer is lost, once or every time, and then the weather is fine."""
    kind = ("commit_then_500", "commit_then_reset", "error_500", "timeout")[move.n % 4]
    rule = {"kind": kind, "path": "/v1/refunds", "method": "POST"}
    play.stage.control("PUT", "faults", {"seed": move.n, "api": [rule]})
    try:
        refunds(play, replace(move, n=move.n // 4))
    finally:
        play.stage.control("DELETE", "faults")


def refunds_once_more(play: Play, move: Move) -> None:
    """Repeat a request for a refund under its own key, however long ago it was made."""
    if play.asks:
        _ask(play, play.asks[move.who % len(play.asks)], move.by)


def _ask(play: Play, ask: Ask, by: int) -> None:
    room = _room(play, ask)
    ask.refused = False  # whoever is told nothing, or dies, may have written it down
    try:
        answer = play.stage.refunds(ask.order, ask.amount, nonce=ask.nonce, by=by)
    except (StripeUnavailable, DatabaseUnavailable):
        raise
    except RefundTooLarge:
        ask.refused = True
        if ask.amount is not None and ask.amount <= room:
            play.breaks("what is shown is subtracted once", f"{ask.amount} of {room} refused")
        raise
    except CheckoutError:
        ask.refused = True
        raise
    if ask.answer not in (None, answer.id):
        play.breaks("money is written once", f"{ask.nonce} was answered by two refunds")
    ask.answer = answer.id


def _room(play: Play, ask: Ask) -> int:
    """Return what may surely still be given back: nothing is counted that was ever on its way."""
    winner = next((p for p in read_books(play).of(ask.order) if p.state == "paid"), None)
    if winner is None:
        return 0
    made: int = sum(refund["amount"] for refund in winner.refunds)
    unanswered: int = sum(
        other.amount or winner.amount
        for other in play.asks
        if other.order == ask.order
        and other is not ask
        and other.answer is None
        and not other.refused
    )
    return winner.amount - made - unanswered


def cancels(play: Play, move: Move) -> None:
    """Cancel an order through the service; when it says so, nobody can pay it any more."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None:
        return
    play.canceling.add(purchase.bought.order)
    try:
        play.stage.cancels(purchase.bought, by=move.by)
    except (StripeUnavailable, ReadsSpent):
        play.promised.add(purchase.bought.order)
        raise
    play.canceled.add(purchase.bought.order)


def releases(play: Play, move: Move) -> None:
    """Take the first hold of an order down."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None:
        return
    verbs = play.stage.replica(move.by).use_cases
    holds = verbs.read_orders.detail(purchase.bought.order).order.holds
    if holds:
        verbs.release_hold.release(
            purchase.bought.order, holds[move.n % len(holds)], by="the proof"
        )


def receiver_fails(play: Play, move: Move) -> None:
    """Let the merchant's backend answer 503 for a while, or for good, or 410."""
    down = Failed("HTTP 503")
    if move.n % 5 == 0:
        play.stage.receiver.says(Gone())
    elif move.n % 3 == 0:
        play.stage.receiver.says(down)
    else:
        play.stage.receiver.says(*[down] * (1 + move.n % 3), Delivered())


def receiver_trickles(play: Play, move: Move) -> None:
    """Let the backend answer so slowly that it is cut off, or just in time."""
    if move.n % 3:
        play.backend.says(Failed("it trickles"), Delivered(), after=_CUT_OFF_AFTER)
    else:
        play.backend.says(Delivered(), after=_CUT_OFF_AFTER - 1)


def receiver_is_well(play: Play, move: Move) -> None:
    """Let the merchant's backend answer again; a person enables it if it was disabled."""
    play.stage.receiver.says(Delivered())
    if move.n % 2:
        play.stage.replica(move.by).use_cases.deliver_outbox.enable()


def stripe_has_a_bad_day(play: Play, move: Move) -> None:
    """Turn the fault dial: one kind of fault on some of Stripe's API, always or by half."""
    kind = _KINDS[move.n % len(_KINDS)]
    rule: dict[str, Any] = {"kind": kind, "path": _PATHS[move.n // 7 % len(_PATHS)]}
    rule["probability"] = 1 if move.n // 35 % 2 else 0.5
    if kind == "stale_list":
        rule |= {"seconds": 90, "method": "GET"}
    elif move.n // 70 % 2:
        rule["method"] = "POST" if kind.startswith("commit") else ("GET", "POST")[move.n % 2]
    play.stage.control("PUT", "faults", {"seed": move.n, "api": [rule]})


def stripe_is_well(play: Play, _move: Move) -> None:
    """Turn all faults off."""
    play.stage.control("DELETE", "faults")


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        refunds,
        refunds_in_a_storm,
        refunds_once_more,
        cancels,
        releases,
        receiver_fails,
        receiver_trickles,
        receiver_is_well,
        stripe_has_a_bad_day,
        stripe_is_well,
    )
}
