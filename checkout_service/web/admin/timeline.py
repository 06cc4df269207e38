"""What happened to an order, in a person's words, one line after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from checkout_service.domain.clock import SECOND
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.care import Note
from checkout_service.domain.status import SETTLED, OrderStatus
from checkout_service.domain.views.orders import HoldView, MoneyBackView, OrderDetail, TrailView
from checkout_service.web.pages.rendering import money

_BECAME = {
    OrderStatus.PENDING: "Waits for a payment again",
    OrderStatus.PROCESSING: "The money is on its way",
    OrderStatus.FAILED: "The payment failed",
    OrderStatus.EXPIRED: "Nobody paid in time",
    OrderStatus.CANCELED: "Canceled",
    OrderStatus.PAID: "Paid",
    OrderStatus.PARTIALLY_REFUNDED: "A part of the money is back with the buyer",
    OrderStatus.REFUNDED: "All of the money is back with the buyer",
    OrderStatus.DISPUTED: "The buyer's bank took the money and asks about it",
    OrderStatus.CHARGED_BACK: "The buyer's bank kept the money",
}
_BY = {
    "webhook": "Stripe's webhook",
    "return": "the buyer's return",
    "poll": "the buyer's page, which asked",
    "sweep": "the sweep",
    "link": "the sweep of Payment Links",
    "admin": "the desk",
    "cli": "the command line",
    "api": "your backend",
    "retry": "another try to pay",
    "close": "the end of an older payment",
    "replay": "a replayed event",
}
REFUND_BECAME = {
    "succeeded": "is back with the buyer",
    "pending": "is on its way: the bank has it",
    "requires_action": "waits for the buyer, who must say where to",
    "failed": "failed: the money is yours again",
    "canceled": "was canceled: the money is yours again",
}
_DISPUTE = {
    "needs_response": "it waits for your answer",
    "under_review": "the bank looks at your answer",
    "won": "decided for you, the money is yours again",
    "lost": "decided for the buyer, the money is gone",
    "prevented": "it was prevented",
    "warning_needs_response": "no money is taken yet, it waits for your answer",
    "warning_under_review": "no money is taken yet, the bank looks at your answer",
    "warning_closed": "closed, no money was taken",
    "appeal_needs_response": "the decision is appealed, it waits for your answer",
    "appeal_under_review": "the decision is appealed, the bank looks at it",
}
_HOLD, _RELEASED = "hold ", "released "


@frozen
class Step:
    """One line: when, what, who or what brought it, and where to read more."""

    at: int
    words: str
    by: str = ""
    name: str = ""  # its id at Stripe
    expected: str = ""
    seen: str = ""
    event: str | None = None
    kind: str = ""  # `bad` and `note` look different


def timeline(detail: OrderDetail, notes: Iterable[Note]) -> list[Step]:
    """Tell it from the first to the last."""
    steps = list(_of_trail(detail))
    steps += [_refund(one) for one in detail.refunds]
    steps += [_dispute(one) for one in detail.disputes]
    steps += [
        Step(sent.shipped_at, f"Shipped with {sent.parcel.carrier}", sent.who)
        for sent in detail.shipments
    ]
    steps += [Step(note.at, note.words, note.who, kind="note") for note in notes]
    # Stripe tells its own times in seconds: within one, the order of what we wrote stands.
    steps.sort(key=lambda step: step.at // SECOND)
    return [Step(detail.order.created_at, "The order was opened"), *steps]


def _of_trail(detail: OrderDetail) -> Iterator[Step]:
    parcels = {sent.id for sent in detail.shipments}
    for entry in detail.trail:
        if (entry.reason or "").rpartition(" ")[2] in parcels:
            continue
        step = Step(entry.at, _words(entry), _BY.get(entry.source, entry.source), event=entry.event)
        yield _with_evidence(step, entry, detail.holds)


def _words(entry: TrailView) -> str:
    reason = entry.reason or ""
    if entry.before != entry.after:
        words = _BECAME[OrderStatus(entry.after)]
        again = entry.after == OrderStatus.PAID and OrderStatus(entry.before) in SETTLED
        return f"{words}{' again' if again else ''}{f' ({reason})' if reason else ''}"
    if reason == "fulfilled":
        return "Fulfilled: your backend was told to deliver"
    if reason.startswith(_HOLD):
        return f"Held: {_plain(reason.removeprefix(_HOLD))}"
    if reason.startswith(_RELEASED):
        return f"Hold taken down: {_plain(reason.removeprefix(_RELEASED))}"
    return reason.capitalize() if reason.isalpha() else reason


def _with_evidence(step: Step, entry: TrailView, holds: Iterable[HoldView]) -> Step:
    if not (entry.reason or "").startswith(_HOLD) or entry.before != entry.after:
        return step
    name = (entry.reason or "").removeprefix(_HOLD)
    hold = next((h for h in holds if h.name == name and h.raised_at == entry.at), None)
    if hold is None:
        return replace(step, kind="bad")
    return replace(step, kind="bad", expected=hold.expected, seen=hold.seen)


def _refund(one: MoneyBackView) -> Step:
    became = REFUND_BECAME.get(one.status, one.status)
    kind = "bad" if one.status in ("failed", "requires_action") else ""
    words = f"Refund of {money(one.amount, one.currency)} {became}"
    return Step(one.created_at, words, name=one.id, kind=kind)


def _dispute(one: MoneyBackView) -> Step:
    what = "The buyer's bank asks about" if one.is_inquiry else "The buyer's bank disputes"
    about = f"{what} {money(one.amount, one.currency)}"
    because = f": {_plain(one.reason)}" if one.reason else ""
    words = f"{about}{because}. Now: {_DISPUTE.get(one.status, _plain(one.status))}"
    return Step(one.created_at, words, name=one.id, kind="bad" if one.needs_response else "")


def _plain(word: str) -> str:
    return word.replace("_", " ")
