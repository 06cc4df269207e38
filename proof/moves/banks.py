"""Stripe's dashboard and the banks: refunds, disputes, delayed money, things closed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proof.books import is_let_go
from proof.story import Move
from proof.world import SOLD_BY_LINK, Play
from tests.support.stage.catalog import plink

Json = dict[str, Any]


def refunds_in_dashboard(play: Play, move: Move) -> None:
    """Give a payment back at Stripe, past the service: whole, in part, pending or failing."""
    intent = _intent(play, move, paid=True)
    if intent is None:
        return
    part = (None, intent["amount"] // 4, intent["amount"] // 2, 100)[move.n % 4]
    body: Json = {"status": ("succeeded", "succeeded", "pending")[move.n // 4 % 3]}
    if part is not None:
        body["amount"] = max(part, 1)
    refund = play.stage.control("POST", f"payment_intents/{intent['id']}/refund", body)
    play.by_dashboard.add(refund["id"])


def refund_ends(play: Play, move: Move) -> None:
    """Let a refund arrive or bounce."""
    refunds = [refund for refund in play.store.newest("refund") if not is_let_go(play, refund)]
    if not refunds:
        return
    refund = refunds[move.who % len(refunds)]
    if refund["status"] == "pending" and move.n % 3:
        play.stage.control("POST", f"refunds/{refund['id']}/settle", {"status": "succeeded"})
    else:
        play.stage.control("POST", f"refunds/{refund['id']}/fail")


def disputes(play: Play, move: Move) -> None:
    """Let a bank dispute a payment, whole or in part, or only ask."""
    intent = _intent(play, move, paid=True)
    if intent is None:
        return
    body: Json = {"reason": ("fraudulent", "fraudulent", "inquiry")[move.n % 3]}
    if move.n // 3 % 3 == 2:
        body["amount"] = max(intent["amount"] // 5, 1)
    play.stage.control("POST", f"payment_intents/{intent['id']}/dispute", body)


# Which of five dice let an open dispute move on, and a decided one be opened again.
_MOVES_ON = {False: (4,), True: (1, 3, 4)}


def dispute_goes_on(play: Play, move: Move) -> None:
    """Let a dispute be decided, decided anew, or move on."""
    found = list(play.store.newest("dispute"))
    if not found:
        return
    dispute = found[move.who % len(found)]
    path = f"disputes/{dispute['id']}"
    inquiry = dispute["status"].startswith("warning_")
    if inquiry and move.n % 2:
        word = ("warning_under_review", "needs_response")[move.n // 2 % 2]
        play.stage.control("POST", f"{path}/update", {"status": word})
    elif inquiry:
        play.stage.control("POST", f"{path}/close", {"status": "warning_closed"})
    elif move.n % 5 in _MOVES_ON[dispute["status"] in ("won", "lost")]:
        play.stage.control("POST", f"{path}/update", {"status": "under_review"})
    else:
        word = ("won", "lost", "lost", "won")[move.n % 5]
        play.stage.control("POST", f"{path}/close", {"status": word})


def money_comes(play: Play, move: Move) -> None:
    """Let a delayed payment come in, or fail."""
    waiting = [i for i in play.store.newest("payment_intent") if "_fate" in i]
    if waiting:
        intent = waiting[move.who % len(waiting)]
        outcome = "failed" if move.n % 3 == 0 else "succeeded"
        play.stage.control("POST", f"payment_intents/{intent['id']}/settle", {"outcome": outcome})


def closed_in_dashboard(play: Play, move: Move) -> None:
    """Close a session or an intent at Stripe, past the service."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None:
        return
    if purchase.bought.session is not None:
        play.stage.control("POST", f"checkout/sessions/{purchase.bought.session}/expire")
    elif purchase.bought.intent is not None:
        play.stage.stripe("POST", f"/v1/payment_intents/{purchase.bought.intent}/cancel")


def session_vanishes(play: Play, move: Move) -> None:
    """Let Stripe know nothing of a session nobody has paid, as with the keys of another account."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None or purchase.bought.session is None:
        return
    session = play.store.get(purchase.bought.session)
    if session is not None and session["payment_intent"] is None:
        play.forgotten.add(purchase.bought.order)
        play.store.drop(session["id"])


def amount_changes(play: Play, move: Move) -> None:
    """Change an intent's amount at Stripe, past the service: its payment is not what was agreed."""
    purchase = play.bought(move.who)
    if purchase is not None and purchase.bought is not None and purchase.bought.intent is not None:
        path = f"/v1/payment_intents/{purchase.bought.intent}"
        play.by_hand.add(purchase.bought.order)
        play.stage.stripe("POST", path, amount=1000 + move.n)


def link_is_repriced(play: Play, move: Move) -> None:
    """Edit what a Payment Link charges at Stripe; the catalog does not know."""
    link = play.store.get(plink(SOLD_BY_LINK[move.n % len(SOLD_BY_LINK)]))
    if link is None or not play.story.links:
        return
    item = link["_items"][0]
    unit, quantity = item["amount_total"] // item["quantity"], 1 + move.n % 2
    total = unit * quantity
    item |= {"quantity": quantity, "amount_total": total, "amount_subtotal": total}
    play.store.put(link)


def _intent(play: Play, move: Move, *, paid: bool) -> Json | None:
    found = [
        intent
        for intent in play.store.newest("payment_intent")
        if (intent["status"] == "succeeded") is paid
    ]
    return found[move.who % len(found)] if found else None


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        refunds_in_dashboard,
        refund_ends,
        disputes,
        dispute_goes_on,
        money_comes,
        closed_in_dashboard,
        session_vanishes,
        amount_changes,
        link_is_repriced,
    )
}
