"""The oracle: what every order must be in the end, by Stripe's own books.

It is asked after healing. What it names are differences: they may be gone a little later; what is
still there at the end breaks a law.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .books import Books, Payment, read_books
from .world import Play, link_ids

_LINK_LIFE = 2 * 86_400_000
_BUYERS_READS = 24  # of an order's 60 in its first month
_LAST_MOMENT = 5 * 43_200_000  # law 7: a day, and the time in which the next look falls due
_CAUSES_OF_ODD = frozenset(("wrong_link", "wrong_reference"))


def differences(play: Play) -> list[tuple[str, str]]:
    """List what is not as the books say: (law, what)."""
    return list(_Verdict(play).all())


class _Verdict:
    """One comparison of the service's tables with Stripe's books."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.now = play.stage.now
        self.books: Books = read_books(play)
        self.orders = play.rows("SELECT * FROM orders ORDER BY created_at, id")
        self.attempts = play.rows("SELECT * FROM attempts ORDER BY seq")
        self.holds = play.rows("SELECT * FROM holds")
        self.given = {r.order_id: r.fulfilled_at for r in play.rows("SELECT * FROM fulfilments")}
        self.messages = play.rows("SELECT * FROM outbox_messages ORDER BY sequence")

    def all(self) -> Iterator[tuple[str, str]]:
        for row in self.orders:
            payments = self._payments(row)
            paid = [payment for payment in payments if payment.state == "paid"]
            if paid:
                yield from self._paid(row, paid)
            elif self.play.layer != "polls":
                yield from self._unpaid(row, payments)
                yield from self._promised(row, payments)
            yield from self._causes(row, payments, paid)
        if self.play.layer != "polls":
            yield from self._sales()
            yield from self._leftovers()
            yield from self._messages_sent()

    def _payments(self, row: Any) -> list[Payment]:
        found = {payment.id: payment for payment in self.books.of(row.id)}
        for attempt in self.attempts:
            payment = self.books.by_id.get(attempt.session_id or attempt.intent_id or "")
            if attempt.order_id == row.id and payment is not None:
                found[payment.id] = payment
        return sorted(found.values(), key=lambda payment: payment.created)

    def _paid(self, row: Any, paid: list[Payment]) -> Iterator[tuple[str, str]]:
        winner = next(
            (
                self.books.by_id.get(attempt.session_id or attempt.intent_id or "")
                for attempt in self.attempts
                if attempt.order_id == row.id and attempt.won
            ),
            None,
        )
        held = [h.name for h in self.holds if h.order_id == row.id and h.released_at is None]
        ever = {h.name for h in self.holds if h.order_id == row.id}
        if winner is None:
            if not held and not self._is_spent(row):
                yield "paid is seen", f"{row.status}, and Stripe has its money"
            return
        if self.play.layer in ("all", "webhooks", "sweep", "looks"):
            yield from self._money(row, winner)
        alone = self.play.layer == "polls"  # who polls for what is settled is told what we know
        if len(paid) > 1 and "duplicate_payment" not in ever and not alone:
            yield "a second payment is held", f"{len(paid)} payments and no hold"
        if not winner.pays(row) and "amount_mismatch" not in ever:
            yield "another amount is held", f"{winner.amount} for {row.amount_total}"
        given = self.given.get(row.id, 0)
        canceled = row.canceled_at is not None and row.canceled_at < given
        if canceled and "paid_after_cancel" not in ever:
            yield "money after a cancel is held", "fulfilled after it was canceled"
        back = [r for r in winner.refunds if r["status"] not in ("failed", "canceled")]
        sees = not alone and self.play.layer != "pull"
        if back and not row.fulfilled and sees and "refunded_before_fulfilment" not in ever:
            yield "what came back before it was given is held", row.status
        if winner.offered and self._told_of(row) not in (None, winner.amount):
            yield "the merchant is told what was bought", f"{winner.amount} was paid"
        # Whoever released a hold while Stripe was silent waits for the worker, as `_is_spent` does.
        waits = alone and ever and row.look_due_at is not None
        if row.status == "paid" and not held and not row.fulfilled and not waits:
            yield "paid and free of holds is fulfilled", "it is not"

    def _told_of(self, row: Any) -> int | None:
        """Return what the items of a fulfilled order come to, as the merchant hears of them."""
        for message in self.messages:
            if (message.order_id, message.kind) == (row.id, "order.paid"):
                items = json.loads(message.body)["data"]["order"]["items"]
                told: int = sum(item["unit_amount"] * item["quantity"] for item in items)
                return told
        return None

    def _is_spent(self, row: Any) -> bool:
        """True if buyers who ask again and again have had their part of an order's reads.

        The rest is the worker's, and this layer has none.
        """
        reads = max((n for (name, _), n in self.play.reads.items() if name == row.id), default=0)
        return self.play.layer == "polls" and reads >= _BUYERS_READS

    def _money(self, row: Any, winner: Payment) -> Iterator[tuple[str, str]]:
        if row.status != winner.status:
            yield "the status is what the books say", f"{row.status}, not {winner.status}"
        for field, truth in (
            ("amount_paid", winner.amount),
            ("amount_refunded", winner.refunded),
            ("amount_charged_back", winner.charged_back),
        ):
            if getattr(row, field) != truth:
                said = f"{field} {getattr(row, field)}, not {truth}"
                yield "amounts are what the books say", said
        told = {(m.kind, m.about.split(":")[0]) for m in self.messages if m.order_id == row.id}
        for refund in winner.refunds:
            if refund["status"] == "succeeded" and ("order.refunded", refund["id"]) not in told:
                yield "every refund is told of", f"{refund['amount']} came back, nobody is told"
        for dispute in winner.disputes:
            decided = dispute["status"] in ("won", "lost", "prevented")
            if decided and self._last_word(row, dispute["id"]) != dispute["status"]:
                yield "every decided dispute is told of", dispute["status"]

    def _last_word(self, row: Any, dispute: str) -> str | None:
        """Return how the merchant heard last that a dispute was decided; None once reopened."""
        word = None
        for message in self.messages:
            if message.order_id != row.id or message.about.split(":")[0] != dispute:
                continue
            closed = message.kind == "order.dispute_closed"
            word = json.loads(message.body)["data"]["dispute"]["status"] if closed else None
        return word

    def _unpaid(self, row: Any, payments: list[Payment]) -> Iterator[tuple[str, str]]:
        if row.id in self.play.forgotten:
            return
        allowed = self._allowed(row, payments)
        if row.status not in allowed:
            said = f"{row.status}, not {' or '.join(sorted(allowed))}"
            yield "the status is what the books say", said
        opened = [payment for payment in payments if payment.state == "open"]
        if len(opened) > 1:
            yield "an order is never payable twice", f"{len(opened)} are open"

    def _promised(self, row: Any, payments: list[Payment]) -> Iterator[tuple[str, str]]:
        """Look whether a cancel that was answered 503 is made, unless money was on its way then."""
        awaited = any(payment.id in self.play.awaited for payment in payments)
        worker = self.play.layer in ("all", "sweep", "looks")
        if row.id not in self.play.promised - self.play.forgotten or awaited or not worker:
            return
        if row.status != "canceled":
            yield "a cancel that was promised is made", row.status

    def _allowed(self, row: Any, payments: list[Payment]) -> set[str]:  # noqa: PLR0911 - a table
        states = [payment.state for payment in payments]
        maybe = {"canceled"} if row.id in self.play.canceling else set()
        if "in_flight" in states:
            return {"processing"}
        if row.id in self.play.canceled and "open" not in states:
            return {"canceled"}
        if "open" in states:
            return self._open(payments) | maybe
        old = self.now - row.created_at > _LINK_LIFE + 3_600_000
        if not states and self.play.layer == "webhooks":
            return {row.status} | maybe  # nobody plans looks: what is never opened has no event
        if not states:
            return ({"expired", "failed", "canceled"} if old else {row.status}) | maybe
        if row.flow == "payment_link" and not old and not any(s == "failed" for s in states):
            return {"pending", "expired"} | maybe
        if row.flow == "payment_link" and "failed" in states:
            return {
                "failed",
                "expired",
            } | maybe  # a session that is never completed is never listed
        known = {a.session_id or a.intent_id for a in self.attempts if a.order_id == row.id}
        if not known & {payment.id for payment in payments}:
            return {"expired", "failed", "canceled"}  # its answer was lost, and it was given up
        last = payments[-1].state
        let_go = {"canceled"} if payments[-1].manual and last == "canceled" else set()
        return (
            {"expired" if last == "expired" else "failed"}
            | maybe
            | let_go
            | ({"expired"} if "expired" in states else set())
        )

    def _open(self, payments: list[Payment]) -> set[str]:
        if any(p.state == "open" and p.id in self.play.awaited for p in payments):
            # Whoever was shown a bank account may still use it: it lives as long as that.
            return {"pending", "failed", "expired"}
        if self._is_over(payments):
            return {"expired"}
        # A bare intent whose delayed method failed can take another card: both words are true.
        return {"pending", "failed"}

    def _is_over(self, payments: list[Payment]) -> bool:
        """True if what is open had its day: nobody plans looks where there are only webhooks."""
        oldest = min(payment.created for payment in payments if payment.state == "open")
        return self.now - oldest > _LAST_MOMENT and self.play.layer != "webhooks"

    def _causes(
        self, row: Any, payments: list[Payment], paid: list[Payment]
    ) -> Iterator[tuple[str, str]]:
        other = row.id in self.play.mismatched or any(
            payment.moved and not payment.pays(row) for payment in payments
        )
        # A service that asks for an amount takes it, whatever became of the answer.
        changes = row.flow == "payment_intent" or row.id in self.play.on_own_pages
        by_others = not changes or row.id in self.play.by_hand
        causes = {
            "amount_mismatch": other and by_others,
            "duplicate_payment": len(paid) > 1,
            "paid_after_cancel": row.id in self.play.canceling,
            "refunded_before_fulfilment": any(p.refunds or p.disputes for p in paid),
        }
        odd = any(move.name == "pays_oddly" for move in self.play.story.moves)
        for hold in self.holds:
            if hold.order_id != row.id:
                continue
            cause = odd if hold.name in _CAUSES_OF_ODD else causes.get(hold.name, False)
            if not cause:
                said = f"{hold.name}: {hold.expected}, {hold.seen}"
                yield "no hold without a cause", said
        if row.quarantined_at is not None and row.id not in self.play.forgotten:
            yield "nobody waits for a person without a cause", f"an order: {row.look_error}"

    def _sales(self) -> Iterator[tuple[str, str]]:
        """Look for what a link sold and no order tells of."""
        if not self.play.story.links:
            return
        known = {attempt.session_id for attempt in self.attempts}
        for payment in self.books.by_id.values():
            sold = payment.link in link_ids() and payment.state == "paid"
            if sold and payment.id not in known:
                yield "no sale is lost", f"{payment.amount} {payment.currency} by {payment.link}"

    def _leftovers(self) -> Iterator[tuple[str, str]]:
        for row in self.orders:
            if (row.look_lease_until or 0) > self.now + 60_000:
                yield "no lease is left over", "a look's"
        for row in self.play.rows("SELECT * FROM money_writes"):
            if row.order_id in self.play.forgotten:
                continue
            if row.state in ("asked", "quarantined"):
                yield "every write of money ends", f"{row.kind} is {row.state}: {row.last_error}"
            elif row.kind == "refund" and row.state == "done" and self._unknown(row.result_id):
                yield "every write of money ends", "done, and Stripe knows nothing of it"
        for row in self.play.rows("SELECT * FROM inbox_events"):
            if row.state in ("waiting", "failed", "quarantined"):
                yield "every event ends", f"{row.type} is {row.state}: {row.last_error}"

    def _unknown(self, refund: str) -> bool:
        return self.play.store.get(refund, "refund") is None

    def _messages_sent(self) -> Iterator[tuple[str, str]]:
        failing = any(move.name == "receiver_fails" for move in self.play.story.moves)
        for message in self.messages:
            if message.state == "delivered":
                if message.id not in self.play.backend.taken:
                    yield "every message arrives", f"{message.kind} is delivered to nobody"
            elif not (failing and message.state == "dead"):
                yield "every message arrives", f"{message.kind} is {message.state}"
