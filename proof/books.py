"""Stripe's own books, read past the service: which payments an order has, and what became of them.

Whose a payment is follows from Stripe's side alone: the order named in its metadata or, for a
Payment Link's session, the reference the link was opened with.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.support.stage.catalog import plink

from .world import Play

Json = dict[str, Any]
DISPUTED = ("needs_response", "under_review")


@dataclass(slots=True)
class Payment:
    """One session or bare intent at Stripe. Amounts in minor units, times in ms UTC."""

    id: str
    order: str | None
    state: str  # paid, in_flight, open, failed, expired, canceled
    amount: int
    currency: str
    created: int
    intent: str | None = None
    link: str | None = None
    reference: str | None = None
    manual: bool = False  # its money is held until it is captured
    authorized: int = 0  # how much was held, in minor units
    offered: frozenset[int] = frozenset()  # what it may come to, if its buyer may choose
    refunds: list[Json] = field(default_factory=list)
    disputes: list[Json] = field(default_factory=list)

    @property
    def moved(self) -> bool:
        """True if a buyer set money in motion, whatever became of it."""
        return self.state in ("paid", "in_flight", "failed")

    @property
    def refunded(self) -> int:
        total: int = sum(r["amount"] for r in self.refunds if r["status"] == "succeeded")
        return total

    @property
    def charged_back(self) -> int:
        lost: int = sum(d["amount"] for d in self.disputes if d["status"] == "lost")
        return min(lost, self.amount)

    @property
    def is_disputed(self) -> bool:
        return any(d["status"] in DISPUTED for d in self.disputes)

    @property
    def status(self) -> str:
        """Name the status of an order that this payment pays, by the contract."""
        if self.charged_back and self.amount <= self.refunded + self.charged_back:
            return "charged_back"
        if self.is_disputed:
            return "disputed"
        if 0 < self.amount <= self.refunded:
            return "refunded"
        return "partially_refunded" if self.refunded else "paid"

    def pays(self, order: Any) -> bool:
        """True if it is what was agreed, or offered; of money that was held, all of it or less."""
        agreed, taken = order.amount_total, self.amount
        if self.manual and self.authorized == agreed:
            agreed = taken if 0 < taken <= agreed else agreed
        if taken in self.offered:
            agreed = taken
        return (taken, self.currency) == (agreed, order.currency)

    def gone_before(self, moment: int) -> list[str]:
        """List what had gone back, or was on its way, before a moment (ms) and still is."""
        gone = [r for r in self.refunds if r["status"] not in ("failed", "canceled")]
        gone += [d for d in self.disputes if d["status"] == "lost"]
        return [thing["id"] for thing in gone if thing["created"] * 1000 + 999 < moment]


@dataclass(slots=True)
class Books:
    """All payments, by order; `None` has those of a link that name no order of ours."""

    by_order: dict[str | None, list[Payment]]
    by_id: dict[str, Payment]

    def of(self, order: str, state: str | None = None) -> list[Payment]:
        found = self.by_order.get(order, [])
        return [payment for payment in found if state in (None, payment.state)]


def read_books(play: Play) -> Books:
    """Read Stripe's books as they are now."""
    store = play.store
    of_reference = {
        purchase.bought.reference: purchase
        for purchase in play.purchases
        if purchase.bought is not None and purchase.bought.reference is not None
    }
    refunds, disputes = _by_intent(play, "refund"), _by_intent(play, "dispute")
    found: list[Payment] = []
    behind: set[str] = set()
    for session in store.newest("checkout.session"):
        intent = store.get(session["payment_intent"], "payment_intent")
        if intent is not None:
            behind.add(intent["id"])
        order = (session["metadata"] or {}).get("order_id")
        purchase = of_reference.get(session["client_reference_id"])
        if purchase is not None and purchase.bought is not None and order is None:
            order = (
                purchase.bought.order if plink(purchase.price) == session["payment_link"] else None
            )
        found.append(
            Payment(
                session["id"],
                order,
                _state_of_session(session, intent),
                _taken(intent) or session["amount_total"],
                session["currency"],
                session["created"] * 1000,
                intent["id"] if intent else None,
                session["payment_link"],
                session["client_reference_id"],
                _is_manual(intent),
                intent["amount"] if intent else 0,
                offered=_offered(session),
            )
        )
    found += [
        Payment(
            intent["id"],
            (intent["metadata"] or {}).get("order_id"),
            _state_of_intent(intent),
            intent["amount_received"] or intent["amount"],
            intent["currency"],
            intent["created"] * 1000,
            intent["id"],
            manual=_is_manual(intent),
            authorized=intent["amount"],
        )
        for intent in store.newest("payment_intent")
        if intent["id"] not in behind
    ]
    by_order: dict[str | None, list[Payment]] = defaultdict(list)
    for payment in reversed(found):
        payment.refunds = refunds.get(payment.intent or "", [])
        payment.disputes = disputes.get(payment.intent or "", [])
        by_order[payment.order].append(payment)
    return Books(by_order, {payment.id: payment for payment in found})


def _by_intent(play: Play, kind: str) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for thing in play.store.newest(kind):
        if is_let_go(play, thing):
            continue
        found[thing["payment_intent"]].append(thing)
    return found


def is_let_go(play: Play, thing: Json) -> bool:
    """True for what Stripe calls a refund of money that was held and never taken."""
    if thing["object"] != "refund":
        return False
    intent = play.store.get(thing["payment_intent"], "payment_intent")
    card = (thing["destination_details"] or {}).get("card") or {}
    return _is_manual(intent) and card.get("type") == "reversal"


def _offered(session: Json) -> frozenset[int]:
    """Return what a session of one line may come to, if its buyer may change the quantity."""
    item, *more = session["_items"]
    may = item["adjustable_quantity"]
    if more or not may or not may["enabled"]:
        return frozenset()
    quantities = range(may["minimum"], may["maximum"] + 1)
    return frozenset(item["_unit_amount"] * quantity for quantity in quantities)


def _is_manual(intent: Json | None) -> bool:
    return intent is not None and intent["capture_method"] == "manual"


def _taken(intent: Json | None) -> int:
    """Return what was captured of an intent whose money was held; 0 for any other."""
    taken: int = intent["amount_received"] if intent is not None and _is_manual(intent) else 0
    return taken


def _state_of_session(session: Json, intent: Json | None) -> str:
    paid = session["payment_status"] != "unpaid"
    if session["status"] == "complete" and paid:
        return "paid"
    if intent is not None and intent["status"] == "succeeded":
        return "paid"
    if session["status"] == "expired":
        return "expired"
    state = "open" if intent is None else _state_of_intent(intent)
    if _is_manual(intent) and state != "open":
        return state
    if session["status"] == "complete":
        return "in_flight" if state == "in_flight" else "failed"
    return "in_flight" if state == "in_flight" else "open"


def _state_of_intent(intent: Json) -> str:
    status = intent["status"]
    action = (intent.get("next_action") or {}).get("type")
    if status == "succeeded":
        return "paid"
    awaited = status == "requires_action" and action != "redirect_to_url"
    if awaited or status in ("processing", "requires_capture"):
        return "in_flight"
    if status == "canceled":
        over = intent["cancellation_reason"] in ("abandoned", "automatic")
        return "expired" if over else "canceled"
    return "open"
