"""Buyers: they put orders, press twice, pay well and badly, come back, and go away."""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain.order.cart import Cart, CartItem
from proof.books import read_books
from proof.story import Move
from proof.world import SOLD_BY_LINK, Play, Wish

_PRICES = ("poster-usd", "poster-usd", "mug-eur", "cloth-jpy", "linked-usd")
_CARD, _DECLINED, _CHALLENGED = "4242424242424242", "4000000000000002", "4000002500003155"
_SEPA, _SEPA_LATE, _SEPA_BAD = (
    "AT611904300234573201",
    "AT321904300235473204",
    "AT861904300235473202",
)
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
    wish = Wish(kind, price, quantity, f"non_{len(play.wishes)}")
    play.wishes.append(wish)
    _put(play, wish, move.by)


def buys_and_waits(play: Play, move: Move) -> None:
    """Put an order and pay it by a way that takes its time: a debit, a transfer, a voucher."""
    kind = ("payment_intent", "checkout_session")[move.n % 2]
    price, way = (("mug-eur", 2), ("mug-eur", 3), ("mug-eur", 5), ("cloth-jpy", 2))[move.n // 2 % 4]
    wish = Wish(kind, price, 1, f"non_{len(play.wishes)}")
    play.wishes.append(wish)
    _put(play, wish, move.by)
    there = [one for one in play.wishes if one.bought is not None]
    pays(play, Move("pays", there.index(wish), way, move.by))


def buys_by_link(play: Play, move: Move) -> None:
    """Ask for the pending order of a Payment Link."""
    if not play.story.links:
        return
    link = SOLD_BY_LINK[move.n % len(SOLD_BY_LINK)]
    wish = Wish("link", link, 1, f"non_{len(play.wishes)}")
    play.wishes.append(wish)
    _put(play, wish, move.by)


def buys_once_more(play: Play, move: Move) -> None:
    """Press the button again: the same nonce, whether or not the first press was answered."""
    if play.wishes:
        _put(play, play.wishes[move.who % len(play.wishes)], move.by)


def _put(play: Play, wish: Wish, by: int) -> None:
    if wish.kind == "link":
        bought = play.stage.link_order(wish.price, nonce=wish.nonce, by=by)
    else:
        bought = play.stage.buys(wish.price, wish.quantity, wish.kind, nonce=wish.nonce, by=by)
    wish.bought = bought


def starts_over(play: Play, move: Move) -> None:
    """Try the same order again; an intent's cart may have changed."""
    wish = play.bought(move.who)
    if wish is None or wish.bought is None or wish.kind == "link":
        return
    verbs = play.stage.replica(move.by).use_cases
    flying = money_in_flight(play, wish.bought.order)
    if wish.kind == "payment_intent":
        cart = None
        if move.n % 3 == 0:
            wish.quantity = 1 + move.n // 3 % 4
            cart = Cart(items=[CartItem(wish.price, wish.quantity)])
        intent = verbs.start_intent.again(wish.bought.order, cart)
        wish.bought = type(wish.bought)(
            intent.order.id, intent=intent.id, client_secret=intent.client_secret
        )
    else:
        session = verbs.start_checkout.again(wish.bought.order)
        wish.bought = type(wish.bought)(session.order.id, session=session.id, url=session.url)
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
    wish = play.bought(move.who)
    if wish is None or wish.bought is None:
        return
    currency = wish.price.split("-")[-1] if wish.kind != "link" else _currency(wish.price)
    methods = _METHODS[currency]
    method = methods[move.n % len(methods)]
    more = {}
    if method == "3ds-fails":
        method = _CHALLENGED
        if wish.kind != "payment_intent":
            more = {"three_d_secure": "fail"}
    if wish.kind == "payment_intent" and method in ("konbini", "voucher"):
        kind = "customer_balance" if method == "voucher" else method
        more = {
            "payment_method_data[type]": kind,
            "payment_method_data[billing_details][email]": "buyer@example.com",
            "payment_method_data[billing_details][name]": "Buyer",
        }
        path = f"/v1/payment_intents/{wish.bought.intent}/confirm"
        play.stage.stripe("POST", path, return_url="https://shop.test/back", **more)
        return
    if wish.kind == "payment_intent":
        more |= {"receipt_email": "buyer@example.com"}
    paid = play.stage.pays(wish.bought, method, **more)
    if wish.kind == "link":
        wish.sessions.append(paid["id"])


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
    wish = next((w for w in play.wishes if w.kind == "link" and w.bought), None)
    if wish is not None and wish.bought is not None:
        play.odd.add(wish.bought.order)
        play.stage.pays(link, client_reference_id=wish.bought.reference)


def returns(play: Play, move: Move) -> None:
    """Come back from paying; the page waits for the answer, or not."""
    wish = play.bought(move.who)
    if wish is None or wish.bought is None:
        return
    wait = bool(move.n % 2)
    if wish.kind == "link":
        session = wish.sessions[move.n // 2 % len(wish.sessions)] if wish.sessions else None
        play.stage.polls(str(wish.bought.reference), session, wait=wait, by=move.by)
    else:
        play.stage.returns(wish.bought, wait=wait, by=move.by)


def polls_for_hours(play: Play, move: Move) -> None:
    """Let a page ask and ask again, for hours or days."""
    for _ in range(10 + move.n % 60):
        play.stage.advance(60 * (1 + move.n % 40))
        returns(play, move)


def leaves(play: Play, move: Move) -> None:
    """Close one's session at the shop."""
    wish = play.bought(move.who)
    if wish is not None and wish.bought is not None and wish.bought.session is not None:
        play.stage.replica(move.by).use_cases.expire_session.expire(wish.bought.session)


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        buys,
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
