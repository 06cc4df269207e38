"""Safety: what must hold after every step, whatever went wrong. Taken from the contract and laws.

Nothing here knows how the service works; where its tables are read, it is for what it claims.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .books import Books, Payment, read_books
from .world import Play

SETTLED = frozenset(("paid", "partially_refunded", "refunded", "disputed", "charged_back"))
_PROOF_LIFE = 121_000  # law 2: a signed event proves for two minutes
_MONTH = 30 * 86_400_000
_AT_FIRST, _A_MONTH = 60, 4
_NEVER_HELD = ("illegal_transition", "unknown_status", "wrong_mode", "currency_mismatch",
               "uncaptured")  # fmt: skip


@dataclass(slots=True)
class Safety:
    """Remembers what was true before, and compares."""

    settled: set[str] = field(default_factory=set)
    fulfilled: set[str] = field(default_factory=set)
    read_calls: int = 0
    released: set[tuple[str, str, str]] = field(default_factory=set)
    whose: dict[str, str] = field(default_factory=dict)

    def check(self, play: Play) -> None:
        """Look whether every law holds now."""
        books = read_books(play)
        rows = play.rows("SELECT * FROM orders ORDER BY created_at, id")
        play.orders = {row.id: row for row in rows}
        for payment in books.by_id.values():
            if payment.state == "in_flight":
                play.in_flight.setdefault(payment.id, play.stage.now)
                play.awaited.add(payment.id)
            else:
                play.in_flight.pop(payment.id, None)
            row = play.orders.get(payment.order or "")
            if row is not None and payment.moved and not payment.pays(row):
                play.mismatched.add(row.id)
        won = {row.order_id: row for row in play.rows("SELECT * FROM attempts WHERE won")}
        holds = play.rows("SELECT * FROM holds")
        for row in rows:
            attempt = won.get(row.id)
            winner = attempt and books.by_id.get(attempt.session_id or attempt.intent_id)
            self._settled(play, row, winner, books)
            of_it = [h for h in holds if attempt and h.attempt_id == attempt.id]
            self._fulfilled(play, row, winner, of_it)
        self._messages(play)
        self._refunds(play, books)
        self._taken(play, books)
        self._holds(play, holds)
        self._reads(play, books)
        self._bookmark(play)
        for error in play.errors:
            play.breaks("one bad item costs only itself, and there was none", error)

    def check_in_flight(self, play: Play, looked_up: list[Payment]) -> None:
        """Look whether money that is on its way, and was just looked up, is called so."""
        for payment in looked_up:
            row = play.orders.get(payment.order or "")
            if row is not None and row.status in ("pending", "failed", "expired"):
                play.breaks("money in flight is called so", f"it was looked up: {row.status}")

    def _settled(self, play: Play, row: Any, winner: Payment | None, books: Books) -> None:
        if row.status in SETTLED:
            if winner is None or winner.state != "paid":
                play.breaks("settled means paid", f"{row.status}, and Stripe has no money of it")
            self.settled.add(row.id)
        elif row.id in self.settled:
            play.breaks("settled never returns", f"an order came back to {row.status}")
        if row.id in play.canceled and row.status == "canceled" and play.layer != "pull":
            for payment in books.of(row.id, "open"):
                if payment.link is not None:
                    continue  # a link is everybody's: who pays by it after a cancel is held
                play.breaks("a canceled order is closed at Stripe", f"{payment.id[:3]} is open")

    def _fulfilled(self, play: Play, row: Any, winner: Payment | None, holds: list[Any]) -> None:
        if not row.fulfilled:
            if row.id in self.fulfilled:
                play.breaks("fulfilled once, ever", "an order is not fulfilled any more")
            return
        if row.id in self.fulfilled:
            return
        self.fulfilled.add(row.id)
        of_it = {hold.name: hold for hold in holds}
        if winner is None or winner.state != "paid":
            play.breaks("fulfil only what is paid", "fulfilled, and Stripe has no money of it")
            return
        if not winner.pays(row) and "amount_mismatch" not in of_it:
            play.breaks(
                "fulfil only what was agreed",
                f"{winner.amount} {winner.currency} for {row.amount_total} {row.currency}",
            )
        gone = winner.gone_before(play.began_at - _PROOF_LIFE)
        if play.layer == "pull":
            gone = []  # a key that only reads sees no refunds
        if gone and "refunded_before_fulfilment" not in of_it:
            play.breaks(
                "fulfil only on evidence that the money is there now",
                f"fulfilled though {len(gone)} had gone back before",
            )
        for hold in of_it.values():
            if hold.released_at is None and hold.name != "duplicate_payment":
                play.breaks("a hold stops fulfilment", f"fulfilled under {hold.name}")

    def _messages(self, play: Play) -> None:
        paid = play.rows(
            "SELECT order_id, COUNT(*) AS n FROM outbox_messages WHERE kind = 'order.paid'"
            " GROUP BY order_id"
        )
        told: dict[str, int] = {row.order_id: row.n for row in paid}
        for order, number in told.items():
            if number > 1:
                play.breaks("one order.paid id an order", f"an order has {number}")
            if order not in self.fulfilled:
                play.breaks("order.paid is the order to fulfil", "told, and not fulfilled")
        for order in self.fulfilled - set(told):
            play.breaks("outbox with the change", f"fulfilled and nobody is told ({order[:4]})")
        ids: dict[str, set[str]] = {}
        for got in play.stage.receiver.got:
            if got.body["type"] == "order.paid":
                ids.setdefault(got.body["data"]["order"]["id"], set()).add(got.id)
        if any(len(known) > 1 for known in ids.values()):
            play.breaks("one order.paid id an order", "the receiver got two")

    def _refunds(self, play: Play, books: Books) -> None:
        """Sum what the service had Stripe give back: what was asked for, once."""
        for order, payments in books.by_order.items():
            made = [
                refund["amount"]
                for payment in payments
                for refund in payment.refunds
                if refund["id"] not in play.by_dashboard
            ]
            asked = [ask for ask in play.asks if ask.order == order]
            if len(made) > len(asked):
                play.breaks("money is written once", f"{len(made)} refunds for {len(asked)} asked")
            left = Counter(made)
            left.subtract(ask.amount for ask in asked if ask.amount is not None)
            whole = sum(ask.amount is None for ask in asked)
            if sum(number for number in left.values() if number > 0) > whole:
                play.breaks("money is written once", f"refunds of {made}")

    def _taken(self, play: Play, books: Books) -> None:
        """Compare what was captured at Stripe with what the merchant asked for, and was told."""
        for order in {taking.order for taking in play.takings}:
            of_it = [taking for taking in play.takings if taking.order == order]
            done = [taking for taking in of_it if taking.answered]
            payments = [p for p in books.of(order, "paid") if p.manual]
            kinds = {taking.kind for taking in done}
            if "void" in kinds and (payments or "capture" in kinds):
                play.breaks("nothing is captured after a void", "Stripe has its money")
            if len({taking.amount for taking in done if taking.kind == "capture"}) > 1:
                play.breaks("captured once", "two captures were said to be done")
            if "capture" in kinds and not payments:
                play.breaks("captured once", "it was said, and Stripe took no money")
            asked = {t.amount for t in of_it if t.kind == "capture"}
            alone = all(taking.kind != "dashboard" for taking in of_it)
            for payment in payments:
                whole = payment.amount == payment.authorized
                wanted = payment.amount in asked or (whole and None in asked)
                if alone and not wanted:
                    play.breaks("captured once", f"{payment.amount}, asked for {asked}")

    def _holds(self, play: Play, holds: list[Any]) -> None:
        for hold in holds:
            key = (hold.order_id, hold.name, hold.attempt_id)
            if hold.released_at is not None:
                self.released.add(key)
            elif key in self.released:
                play.breaks("a released hold never returns", hold.name)
            row = play.orders[hold.order_id]
            same = [h for h in holds if (h.order_id, h.name) == (hold.order_id, hold.name)]
            if hold.name in row.holds.split(",") and all(h.released_at for h in same):
                play.breaks("a released hold never returns", f"{hold.name} is up again")
            if hold.name in _NEVER_HELD:
                play.breaks("no hold without a cause", f"{hold.name}: {hold.expected}, {hold.seen}")

    def _reads(self, play: Play, books: Books) -> None:
        calls = play.stage.wire.calls
        for call in calls[self.read_calls :]:
            if call.method != "GET":
                continue
            name = call.path.rsplit("/", 1)[-1]
            payment = books.by_id.get(name)
            order = payment.order if payment is not None else None
            if order is not None and order in play.orders:
                age = max(0, call.at - play.orders[order].created_at)
                play.reads[order, age // _MONTH] += 1
        self.read_calls = len(calls)
        for (_, month), number in play.reads.items():
            most = _AT_FIRST if month == 0 else _A_MONTH
            if number > most:
                play.breaks("every order has a budget of reads", f"{number} in month {month}")

    def _bookmark(self, play: Play) -> None:
        rows = play.rows("SELECT position FROM bookmarks WHERE name = 'events'")
        if not rows or play.layer in ("webhooks", "looks"):
            return
        known = {row.id for row in play.rows("SELECT id FROM inbox_events")}
        before = rows[0].position - 5 * 60_000
        for event in play.store.newest("event"):
            late = event["created"] * 1000 >= before
            if not late and event["type"] in READ and event["id"] not in known:
                play.breaks("no position moves past an unrecorded item", event["type"])


READ = frozenset((
    "checkout.session.completed", "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed", "checkout.session.expired",
    "payment_intent.succeeded", "payment_intent.canceled", "charge.refunded", "refund.created",
    "refund.updated", "refund.failed", "charge.dispute.created", "charge.dispute.updated",
    "charge.dispute.closed",
))  # fmt: skip
