"""Buyers: they put orders, press twice, pay well and badly, come back, and go away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.order.ledger import AUTOMATIC, MANUAL
from checkout_service.domain.session import ELEMENTS, HOSTED
from proof.books import read_books
from proof.story import Move
from proof.world import SOLD_BY_LINK, Play, Purchase

_PRICES = ("poster-usd", "poster-usd", "mug-eur", "cloth-jpy", "linked-usd")
_CARD, _DECLINED, _CHALLENGED = "4242424242424242", "4000000000000002", "4000002500003155"
_SEPA, _SEPA_LATE, _SEPA_BAD = (
    "AT611904300234573201",
    "AT321904300235473204",
    "AT861904300235473202",
)
_MOST = 4
_CHOICE = (1, _MOST)
_MANY_READS, _A_MOMENT = 7, 3_000  # who asks often is answered late; milliseconds
_SLOW_REFUND, _BAD_REFUND = "4000000000007726", "4000000000005126"
_METHODS = {
    "usd": (_CARD, _CARD, _CARD, _DECLINED, _CHALLENGED, "3ds-fails", _SLOW_REFUND, _BAD_REFUND),
    "eur": (_CARD, _CARD, _SEPA, _SEPA_LATE, _SEPA_BAD, "voucher", _DECLINED, _SLOW_REFUND),
    "jpy": (_CARD, _CARD, "konbini", _DECLINED),
}


def buys(play: Play, move: Move) -> None:
    """Put a new order: a session or an intent, in one of the shop's prices."""
    kind = "payment_intent" if move.n % 3 == 2 else "checkout_session"
    price = _PRICES[(move.n // 3) % len(_PRICES)]
    quantity = 1 + (move.n // 15) % 3
    purchase = Purchase(kind, price, quantity, f"non_{len(play.purchases)}")
    play.purchases.append(purchase)
    _put(play, purchase, move.by)


def buys_with_a_choice(play: Play, move: Move) -> None:
    """Put an order whose buyer may change on Stripe's page how many it is of."""
    purchase = Purchase(
        "checkout_session", "poster-usd", 1 + move.n % _MOST, f"non_{len(play.purchases)}",
        chooses=True,
    )  # fmt: skip
    play.purchases.append(purchase)
    _put(play, purchase, move.by)


def buys_and_waits(play: Play, move: Move) -> None:
    """Put an order and pay it by a way that takes its time: a debit, a transfer, a voucher."""
    kind = ("payment_intent", "checkout_session")[move.n % 2]
    price, way = (("mug-eur", 2), ("mug-eur", 3), ("mug-eur", 5), ("cloth-jpy", 2))[move.n // 2 % 4]
    purchase = Purchase(kind, price, 1, f"non_{len(play.purchases)}")
    play.purchases.append(purchase)
    _put(play, purchase, move.by)
    there = [one for one in play.purchases if one.bought is not None]
    pays(play, Move("pays", there.index(purchase), way, move.by))


def buys_by_link(play: Play, move: Move) -> None:
    """Ask for the pending order of a Payment Link."""
    if not play.story.links:
        return
    link = SOLD_BY_LINK[move.n % len(SOLD_BY_LINK)]
    purchase = Purchase("link", link, 1, f"non_{len(play.purchases)}")
    play.purchases.append(purchase)
    _put(play, purchase, move.by)


def buys_once_more(play: Play, move: Move) -> None:
    """Press the button again: the same nonce, whether or not the first press was answered."""
    if play.purchases:
        _put(play, play.purchases[move.who % len(play.purchases)], move.by)


def _put(play: Play, purchase: Purchase, by: int) -> None:
    if purchase.kind == "link":
        bought = play.stage.link_order(purchase.price, nonce=purchase.nonce, by=by)
    else:
        item = CartItem(purchase.price, purchase.quantity, _CHOICE if purchase.chooses else None)
        bought = play.stage.buys(
            kind=purchase.kind,
            items=[item],
            nonce=purchase.nonce,
            by=by,
            capture=MANUAL if purchase.held else AUTOMATIC,
            ui_mode=ELEMENTS if purchase.own_page else HOSTED,
        )
    purchase.bought = bought


def starts_over(play: Play, move: Move) -> None:
    """Try the same order again; an intent's cart may have changed."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None or purchase.kind == "link":
        return
    verbs = play.stage.replica(move.by).use_cases
    flying = money_in_flight(play, purchase.bought.order)
    if purchase.kind == "payment_intent":
        cart = None
        if move.n % 3 == 0:
            purchase.quantity = 1 + move.n // 3 % 4
            cart = Cart(items=[CartItem(purchase.price, purchase.quantity)])
        intent = verbs.start_intent.again(purchase.bought.order, cart)
        purchase.bought = type(purchase.bought)(
            intent.order.id, intent=intent.id, client_secret=intent.client_secret
        )
    else:
        session = verbs.start_checkout.again(purchase.bought.order)
        purchase.bought = type(purchase.bought)(
            session.order.id, session=session.id, url=session.url
        )
    if flying:
        play.breaks("never pay again while money is in flight", "offered to pay once more")


def money_in_flight(play: Play, order: str) -> bool:
    """True if an order's money has been on its way for a while, and it may be looked up."""
    reads = sum(number for (name, _), number in play.reads.items() if name == order)
    if reads > _MANY_READS or play.stage.clock_of(0).off or play.stage.clock_of(1).off:
        return False
    since = [play.in_flight.get(p.id) for p in read_books(play).of(order, "in_flight")]
    return any(at is not None and at <= play.stage.now - _A_MOMENT for at in since)


def pays(play: Play, move: Move) -> None:
    """Pay what one holds, by a way that may be declined, challenged, delayed or awaited."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None:
        return
    currency = (
        purchase.price.split("-")[-1] if purchase.kind != "link" else _currency(purchase.price)
    )
    methods = _METHODS[currency]
    method = methods[move.n % len(methods)]
    more: dict[str, Any] = {}
    if purchase.chooses:
        more["quantities"] = {"0": 1 + move.n // len(methods) % _MOST}
    if method == "3ds-fails":
        method = _CHALLENGED
        if purchase.kind != "payment_intent":
            more["three_d_secure"] = "fail"
    if purchase.kind == "payment_intent" and method in ("konbini", "voucher"):
        kind = "customer_balance" if method == "voucher" else method
        more = {
            "payment_method_data[type]": kind,
            "payment_method_data[billing_details][email]": "buyer@example.com",
            "payment_method_data[billing_details][name]": "Buyer",
        }
        path = f"/v1/payment_intents/{purchase.bought.intent}/confirm"
        play.stage.stripe("POST", path, return_url="https://shop.test/back", **more)
        return
    if purchase.kind == "payment_intent":
        more |= {"receipt_email": "buyer@example.com"}
    paid = play.stage.pays(purchase.bought, method, **more)
    if purchase.kind == "link":
        purchase.sessions.append(paid["id"])


def _currency(link: str) -> str:
    return {"print": "usd", "mug": "eur"}[link]


def pays_oddly(play: Play, move: Move) -> None:
    """Pay a link without its reference, or with one that was handed out for another link."""
    if not play.story.links:
        return
    link = SOLD_BY_LINK[move.n % len(SOLD_BY_LINK)]
    if move.n % 5:
        play.stage.pays(link)
        return
    purchase = next((w for w in play.purchases if w.kind == "link" and w.bought), None)
    if purchase is not None and purchase.bought is not None:
        play.odd.add(purchase.bought.order)
        play.stage.pays(link, client_reference_id=purchase.bought.reference)


def returns(play: Play, move: Move) -> None:
    """Come back from paying; the page waits for the answer, or not."""
    purchase = play.bought(move.who)
    if purchase is None or purchase.bought is None:
        return
    wait = bool(move.n % 2)
    if purchase.kind == "link":
        session = (
            purchase.sessions[move.n // 2 % len(purchase.sessions)] if purchase.sessions else None
        )
        play.stage.polls(str(purchase.bought.reference), session, wait=wait, by=move.by)
    else:
        play.stage.returns(purchase.bought, wait=wait, by=move.by)


def polls_for_hours(play: Play, move: Move) -> None:
    """Let a page ask and ask again, for hours or days."""
    for _ in range(10 + move.n % 60):
        play.stage.advance(60 * (1 + move.n % 40))
        returns(play, move)


def leaves(play: Play, move: Move) -> None:
    """Close one's session at the shop."""
    purchase = play.bought(move.who)
    if purchase is not None and purchase.bought is not None and purchase.bought.session is not None:
        play.stage.replica(move.by).use_cases.expire_session.expire(purchase.bought.session)


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        buys,
        buys_with_a_choice,
        buys_and_waits,
        buys_by_link,
        buys_once_more,
        starts_over,
        pays,
        pays_oddly,
        returns,
        polls_for_hours,
        leaves,
    )
}
