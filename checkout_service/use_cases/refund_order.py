"""Give money back: the wish is written down first, its row's id is Stripe's idempotency key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from checkout_service.domain import ids
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import (
    Fault,
    InvalidInput,
    NotFound,
    NotPaid,
    PullMode,
    RefundTooLarge,
    StripeRejected,
)
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ledger import Attempt, Ledger, refund_counts
from checkout_service.domain.snapshots import RefundView
from checkout_service.domain.status import AttemptState
from checkout_service.domain.views import RefundAnswer
from checkout_service.storage import refunding
from checkout_service.storage.database import Database
from checkout_service.storage.ledgers import load_ledger
from checkout_service.storage.rows import AnyRow

from .settle_order import SettleOrder


@dataclass(frozen=True, slots=True)
class RefundOrder:
    database: Database
    gateway: PaymentGateway
    settle_order: SettleOrder
    clock: Clock
    pull_mode: bool

    def __call__(
        self,
        order_id: str,
        *,
        amount: int | None,
        payment_intent: str | None,
        nonce: str,
        source: str = "api",
    ) -> RefundAnswer:
        """Refund an amount in minor units, or the rest, of the winning (or the named) payment.

        The same nonce is the same refund. Raises NotFound, NotPaid, RefundTooLarge, PullMode,
        StripeUnavailable (try again with the same nonce), StripeRejected.
        """
        if self.pull_mode:
            raise PullMode
        if not ids.is_order_id(order_id):
            raise NotFound
        wish = self.database.write(
            lambda c: self._write_down(c, order_id, amount, payment_intent, nonce)
        )
        return self.finish(wish, source=source)

    def finish(self, wish: AnyRow, *, source: str) -> RefundAnswer:
        """Ask Stripe for a refund that was written down; the same wish is the same refund."""
        try:
            view = self.gateway.refund(
                intent_id=wish.intent_id,
                amount=wish.amount,
                idempotency_key=wish.id,
                order_id=wish.order_id,
            )
        except StripeRejected as refusal:
            reason = refusal.reason or "refused"
            self.database.write(lambda c: refunding.refuse(c, wish.id, reason))
            raise
        self.database.write(lambda c: self._record(c, wish, view, source))
        return RefundAnswer(
            view.id, view.amount, view.currency, view.status, wish.intent_id, wish.order_id
        )

    def _record(self, connection: Connection, wish: AnyRow, view: RefundView, source: str) -> None:
        refunding.done(connection, wish.id, view.id)
        self.settle_order.record(connection, wish.order_id, [view], source=source)

    def _write_down(
        self,
        connection: Connection,
        order_id: str,
        amount: int | None,
        payment_intent: str | None,
        nonce: str,
    ) -> AnyRow:
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        known = refunding.by_nonce(connection, nonce)
        if known is not None:
            return known
        paid = _paid_attempt(loaded.ledger, payment_intent)
        left = paid.amount - _gone(loaded.ledger, paid)
        left -= refunding.asked_for(connection, str(paid.intent_id))
        wanted = left if amount is None else amount
        if wanted > left or wanted < 1:
            raise RefundTooLarge(left)
        return refunding.insert_wish(
            connection,
            order_id=order_id,
            intent_id=str(paid.intent_id),
            amount=wanted,
            nonce=nonce,
            now=self.clock.now(),
        )


def _paid_attempt(ledger: Ledger, payment_intent: str | None) -> Attempt:
    if payment_intent is None:
        paid = ledger.winner
    else:
        if not ids.is_intent_id(payment_intent):
            raise InvalidInput([Fault("payment_intent", "no such payment on this order")])
        paid = next((a for a in ledger.attempts if a.intent_id == payment_intent), None)
        if paid is None:
            raise InvalidInput([Fault("payment_intent", "no such payment on this order")])
    if paid is None or paid.state is not AttemptState.SUCCEEDED or paid.intent_id is None:
        raise NotPaid
    return paid


def _gone(ledger: Ledger, paid: Attempt) -> int:
    return sum(
        refund.amount
        for refund in ledger.refunds.values()
        if refund.intent_id == paid.intent_id and refund_counts(refund)
    )
