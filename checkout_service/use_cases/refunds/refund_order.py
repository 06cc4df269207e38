"""Give money back: the request is written down first, and is asked for once whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from checkout_service.domain import ids
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import (
    ChargeDisputed,
    Fault,
    InvalidInput,
    NotFound,
    NotPaid,
    PullMode,
    RefundRefused,
    RefundTooLarge,
    StripeRejected,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.money import in_words
from checkout_service.domain.order.ledger import DISPUTE_OPEN, Attempt, Ledger
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import WAITING, AttemptState
from checkout_service.domain.views.orders import RefundAnswer
from checkout_service.storage import money_writes, orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.money_writes import NewWrite
from checkout_service.use_cases.settle.look_at_order import SWEEP, LookAtOrder
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .write_money import Outcome, WriteMoney


@frozen
class RequestedRefund:
    """What the merchant asks for: minor units or the rest, of the winning or a named payment.

    `part` names what of the order it is for. `seen_left` is what whoever asks saw as left (minor
    units): if it is another sum by now, nothing is done.
    """

    amount: int | None = None
    payment_intent: str | None = None
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    part: str | None = None
    seen_left: int | None = None


@frozen
class RefundOffer:
    """What of the winning payment can still go back (minor units), and the parts that did."""

    left: int
    parts_given: frozenset[str]


@frozen
class RefundOrder:
    database: Database
    settle_order: SettleOrder
    look_at_order: LookAtOrder
    write_money: WriteMoney
    clock: Clock
    pull_mode: bool

    def offer(self, order_id: str, *, nonce: str = "") -> RefundOffer:
        """Say what a refund of this nonce can give back of an order now. Raises NotFound."""
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
            if loaded is None:
                raise NotFound
            paid = loaded.ledger.winner
            left = 0 if paid is None else _left(connection, loaded.ledger, paid, but=nonce)
            given = money_writes.parts_given_back(connection, order_id, but=nonce)
            return RefundOffer(left, given)

    def refund(
        self, order_id: str, requested: RequestedRefund, *, nonce: str, source: str = "api"
    ) -> RefundAnswer:
        """Refund a payment of an order; the same nonce is the same refund.

        Raises NotFound, NotPaid, RefundTooLarge, ChargeDisputed, PullMode, StripeUnavailable
        (try again with the same nonce), RefundRefused.
        """
        if self.pull_mode:
            raise PullMode
        if not ids.is_order_id(order_id):
            raise NotFound
        self._learn(order_id, source)
        request = self.database.write(lambda c: self._write_down(c, order_id, requested, nonce))
        return self.finish(request, source=source)

    def _learn(self, order_id: str, source: str) -> None:
        """Look at an order that waits and of which we do not know that it is paid."""
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
        if order is not None and order.status in WAITING:
            unknown = "It is not known yet whether this was paid."
            self.look_at_order.look_to_decide(order_id, unknown, source=source)

    def finish(self, request: MoneyWrite, *, source: str) -> RefundAnswer:
        """Bring a refund that was written down to its end. Raises as a call does."""
        try:
            outcome = self.write_money.finish(request.id)
        except StripeRejected as refusal:
            # Stripe knows something of this payment that we do not.
            self.database.write(lambda c: orders.make_look_due(c, request.order_id, AT_ONCE))
            if source == SWEEP:
                self._note(request, refusal)
            raise _refused(refusal) from refusal
        self.database.write(lambda c: self._record(c, outcome, source))
        view = outcome.refund
        if view is None:
            raise NotFound
        return RefundAnswer(
            view.id, view.amount, view.currency, view.status, request.subject, request.order_id
        )

    def _record(self, connection: Transaction, outcome: Outcome, source: str) -> None:
        """Write the end of a refund down together with what it shows."""
        case = Case(source, outcome.facts, outcome.write.order_id)
        self.settle_order.settle_in(connection, case)
        self.write_money.record(connection, outcome)

    def _note(self, request: MoneyWrite, refusal: StripeRejected) -> None:
        """Leave a line for people: whoever asked was told to wait, and may never ask again."""
        reason = refusal.reason or "permission"
        with self.database.read() as connection:
            order = orders.order_of(connection, request.order_id)
        much = in_words(request.amount or 0, order.currency if order else "")
        note = f"refund of {much} refused: {reason}"
        self.settle_order.settle(Case(SWEEP, order_id=request.order_id, note=note))

    def _write_down(
        self, connection: Transaction, order_id: str, requested: RequestedRefund, nonce: str
    ) -> MoneyWrite:
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        known = money_writes.by_nonce(connection, nonce)
        if known is not None:
            return known
        paid = _paid_attempt(loaded.ledger, requested.payment_intent)
        _check_disputes(loaded.ledger, paid)
        left = _left(connection, loaded.ledger, paid)
        if requested.seen_left not in (None, left):
            now_left = in_words(left, loaded.ledger.terms.currency)
            raise InvalidInput([Fault("amount", f"meanwhile this changed: {now_left} is left now")])
        amount = left if requested.amount is None else requested.amount
        if amount > left or amount < 1:
            raise RefundTooLarge(left, in_words(left, loaded.ledger.terms.currency))
        details = {"reason": requested.reason, "metadata": dict(requested.metadata)}
        if requested.part is not None:
            details["part"] = requested.part
        new = NewWrite(WriteKind.REFUND, nonce, order_id, str(paid.intent_id), amount, details)
        return money_writes.put(connection, new, now=self.clock.now())


def _paid_attempt(ledger: Ledger, payment_intent: str | None) -> Attempt:
    paid = ledger.winner
    if payment_intent is not None:
        paid = next((a for a in ledger.attempts if a.intent_id == payment_intent), None)
        if paid is None or not ids.is_intent_id(payment_intent):
            raise InvalidInput([Fault("payment_intent", "no such payment on this order")])
    if paid is None or paid.state is not AttemptState.SUCCEEDED or paid.intent_id is None:
        raise NotPaid
    return paid


def _check_disputes(ledger: Ledger, paid: Attempt) -> None:
    """Refuse what Stripe would: the money of a disputed charge is not ours to give back."""
    if any(
        dispute.status in DISPUTE_OPEN
        for dispute in ledger.disputes.values()
        if dispute.intent_id == paid.intent_id
    ):
        raise ChargeDisputed


def _left(connection: Transaction, ledger: Ledger, paid: Attempt, *, but: str = "") -> int:
    """Return what can still go back (minor units), less what was asked for and is not known of."""
    asked = money_writes.refunds_requested(connection, str(paid.intent_id), but=but)
    return max(ledger.amount_left(paid) - asked, 0)


def _refused(refusal: StripeRejected) -> Exception:
    if refusal.reason == "charge_disputed":
        return ChargeDisputed()
    if refusal.permission or not refusal.reason:
        return refusal
    return RefundRefused(str(refusal), stripe_code=refusal.reason)
