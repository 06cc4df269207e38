"""Buyers who change what an intent or a session is for, while Stripe answers and while not."""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.session import ELEMENTS
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


def changes_items(play: Play, move: Move) -> None:
    """Change the items of a session on a page of the shop's own; who has none opens one first."""
    mine = [p for p in play.purchases if p.own_page and p.bought is not None]
    if not mine:
        purchase = Purchase(
            "checkout_session", "poster-usd", 1, f"non_{len(play.purchases)}", own_page=True
        )
        play.purchases.append(purchase)
        purchase.bought = play.stage.buys(
            purchase.price, nonce=purchase.nonce, by=move.by, ui_mode=ELEMENTS
        )
    else:
        purchase = mine[move.who % len(mine)]
    if purchase.bought is None or purchase.bought.session is None:
        return
    play.on_own_pages.add(purchase.bought.order)
    purchase.quantity = 1 + move.n // len(_LOST) % _MOST
    cart = Cart(items=[CartItem(purchase.price, purchase.quantity)])
    play.stage.replica(move.by).use_cases.update_items.update(purchase.bought.session, cart)


def changes_items_in_a_storm(play: Play, move: Move) -> None:
    """Change the items while the answers to changes are lost, and then the weather is fine."""
    _in_a_storm(play, move, "/v1/checkout/sessions/", changes_items)


def changes_cart_in_a_storm(play: Play, move: Move) -> None:
    """Change the cart while the answers to changes are lost, and then the weather is fine."""
    _in_a_storm(play, move, "/v1/payment_intents", changes_cart)


def _in_a_storm(play: Play, move: Move, path: str, change: Callable[[Play, Move], object]) -> None:
    rule = {"kind": _LOST[move.n % len(_LOST)], "path": path, "method": "POST"}
    play.stage.control("PUT", "faults", {"seed": move.n, "api": [rule]})
    try:
        change(play, move)
    finally:
        play.stage.control("DELETE", "faults")


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        changes_cart,
        changes_cart_in_a_storm,
        changes_items,
        changes_items_in_a_storm,
    )
}
