"""Money that is held on a card: the merchant takes it, all or a part, or lets go of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from checkout_service.domain.errors import CheckoutError, DatabaseUnavailable, StripeUnavailable
from proof.books import read_books
from proof.story import Move
from proof.world import Play, Purchase, Taking

from .buyers import buys_once_more, pays

_PARTS = (None, None, 1, 2)  # all of it, or one or two thirds


def buys_on_hold(play: Play, move: Move) -> None:
    """Put an order whose money the merchant takes later; most buyers pay at once."""
    kind = ("checkout_session", "payment_intent")[move.n % 2]
    quantity = 1 + move.n // 2 % 3
    nonce = f"non_{len(play.purchases)}"
    play.purchases.append(Purchase(kind, "poster-usd", quantity, nonce, held=True))
    buys_once_more(play, replace(move, who=len(play.purchases) - 1))
    there = [one for one in play.purchases if one.bought is not None]
    if move.n // 6 % 5:
        pays(play, replace(move, who=len(there) - 1, n=0, during=()))


def captures(play: Play, move: Move) -> None:
    """Ask the service to take what is held: all of it or a part."""
    purchase = _held(play, move)
    if purchase is None or purchase.bought is None:
        return
    part = _PARTS[move.n % len(_PARTS)]
    amount = None if part is None else part * 2500 * purchase.quantity // 3
    taking = Taking(purchase.bought.order, "capture", amount, f"cap_{len(play.takings)}")
    play.takings.append(taking)
    _ask(play, taking, move.by)


def voids(play: Play, move: Move) -> None:
    """Ask the service to let go of what is held; the order ends canceled."""
    purchase = _held(play, move)
    if purchase is None or purchase.bought is None:
        return
    taking = Taking(purchase.bought.order, "void", None, f"void_{len(play.takings)}")
    play.takings.append(taking)
    play.canceling.add(taking.order)
    _ask(play, taking, move.by)


def takes_once_more(play: Play, move: Move) -> None:
    """Repeat a capture or a void under its own key, however long ago it was asked for."""
    ours = [taking for taking in play.takings if taking.kind != "dashboard"]
    if ours:
        _ask(play, ours[move.who % len(ours)], move.by)


def takes_in_a_storm(play: Play, move: Move) -> None:
    """Ask for a capture or a void whose answer is lost, and then the weather is fine."""
    kind = ("commit_then_500", "commit_then_reset", "error_500", "timeout")[move.n % 4]
    rule = {"kind": kind, "path": "/v1/payment_intents", "method": "POST"}
    play.stage.control("PUT", "faults", {"seed": move.n, "api": [rule]})
    try:
        (voids if move.n // 4 % 4 == 0 else captures)(play, replace(move, n=move.n // 16))
    finally:
        play.stage.control("DELETE", "faults")


def takes_in_dashboard(play: Play, move: Move) -> None:
    """Capture or cancel what is held at Stripe, past the service."""
    purchase = _held(play, move)
    if purchase is None or purchase.bought is None:
        return
    payments = read_books(play).of(purchase.bought.order, "in_flight")
    for payment in payments[:1]:
        play.takings.append(Taking(purchase.bought.order, "dashboard", None, "", answered=True))
        path = f"/v1/payment_intents/{payment.intent}"
        if move.n % 3 == 0:
            play.stage.stripe("POST", f"{path}/cancel")
        elif move.n % 3 == 1:
            play.stage.stripe("POST", f"{path}/capture")
        else:
            play.stage.stripe("POST", f"{path}/capture", amount_to_capture=1000)


def _ask(play: Play, taking: Taking, by: int) -> None:
    ask = play.stage.captures if taking.kind == "capture" else play.stage.voids
    more = {"amount": taking.amount} if taking.kind == "capture" else {}
    try:
        answer = ask(taking.order, nonce=taking.nonce, by=by, **more)
    except (StripeUnavailable, DatabaseUnavailable):
        raise
    except CheckoutError:
        if taking.answered:
            play.breaks("money is written once", f"{taking.nonce} was done, and then refused")
        raise
    taking.answered = True
    if taking.kind == "void":
        play.canceled.add(taking.order)
    elif taking.amount is not None and answer.amount_paid != taking.amount:
        play.breaks("what was captured is what was paid", f"{answer.amount_paid} said")


def _held(play: Play, move: Move) -> Purchase | None:
    """Choose an order of held money; mostly one whose money waits."""
    found = [one for one in play.purchases if one.held and one.bought is not None]
    if move.n % 5:
        books = read_books(play)
        waits = [p for p in found if p.bought and books.of(p.bought.order, "in_flight")]
        found = waits or found
    return found[move.who % len(found)] if found else None


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        buys_on_hold,
        captures,
        voids,
        takes_once_more,
        takes_in_a_storm,
        takes_in_dashboard,
    )
}
