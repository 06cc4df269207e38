"""Buyers who change what an intent is for, while Stripe answers and while it does not."""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain.order.cart import Cart, CartItem
from proof.story import Move
from proof.world import Play, Purchase
from tests.support.stage import Bought

_LOST = ("commit_then_500", "commit_then_reset", "error_500", "timeout")
_MOST = 4


def changes_cart(play: Play, move: Move) -> None:
    """Change the quantity of an intent's order; who has none puts one first."""
    mine = [p for p in play.purchases if p.bought is not None and p.bought.intent is not None]
    if not mine:
        purchase = Purchase("payment_intent", "poster-usd", 1, f"non_{len(play.purchases)}")
        play.purchases.append(purchase)
        purchase.bought = play.stage.buys(
            purchase.price, kind=purchase.kind, nonce=purchase.nonce, by=move.by
        )
    else:
        purchase = mine[move.who % len(mine)]
    if purchase.bought is None or purchase.held:
        return
    purchase.quantity = 1 + move.n // len(_LOST) % _MOST
    cart = Cart(items=[CartItem(purchase.price, purchase.quantity)])
    start = play.stage.replica(move.by).use_cases.start_intent
    intent = start.again(purchase.bought.order, cart)
    purchase.bought = Bought(intent.order.id, intent=intent.id, client_secret=intent.client_secret)


def changes_cart_in_a_storm(play: Play, move: Move) -> None:
    """Change the cart while the answers to changes are lost, and then the weather is fine."""
    rule = {"kind": _LOST[move.n % len(_LOST)], "path": "/v1/payment_intents", "method": "POST"}
    play.stage.control("PUT", "faults", {"seed": move.n, "api": [rule]})
    try:
        changes_cart(play, move)
    finally:
        play.stage.control("DELETE", "faults")


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move for move in (changes_cart, changes_cart_in_a_storm)
}
