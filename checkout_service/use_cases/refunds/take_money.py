"""Take money that is held on a buyer's card, or let it go: written down first, done once.

What is decided is decided about the money that Stripe shows as held; a buyer whose payment did not
reach us yet is looked up before the merchant is told that there is nothing.
"""

from __future__ import annotations

from checkout_service.domain import ids
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import (
    Fault,
    GatewayError,
    InvalidInput,
    NotFound,
    OrderCanceled,
    OrderPaid,
    PullMode,
    StripeRejected,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.held_money_errors import (
    CaptureInProgress,
    CaptureRefused,
    CaptureTooLarge,
    NotAuthorized,
)
from checkout_service.domain.money import BadAmount, check_unit_amount
from checkout_service.domain.order.changes import Change, cancel, unchanged
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind, WriteState
from checkout_service.domain.order.settlement import Settlement
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import SETTLED, WAITING, OrderStatus
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage import money_writes, orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.money_writes import NewWrite
from checkout_service.use_cases.orders.answer import order_view
from checkout_service.use_cases.settle.look_at_order import LookAtOrder
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .write_money import Outcome, WriteMoney

VOIDED = "voided by the merchant"


@frozen
class TakeMoney:
    database: Database
    settle_order: SettleOrder
    look_at_order: LookAtOrder
    write_money: WriteMoney
    clock: Clock
    pull_mode: bool

    def capture(
        self, order_id: str, amount: int | None, *, nonce: str, source: str = "api"
    ) -> OrderView:
        """Take what is authorised, or a part of it (minor units); the rest is let go.

        The same nonce is the same capture. Raises NotFound, NotAuthorized, OrderPaid,
        OrderCanceled, CaptureTooLarge, CaptureInProgress, CaptureRefused, PullMode, InvalidInput,
        StripeUnavailable (try again with the same nonce).
        """
        return self._do(WriteKind.CAPTURE, order_id, amount, nonce, source)

    def void(self, order_id: str, *, nonce: str, source: str = "api") -> OrderView:
        """Let go of what is authorised; the order ends canceled. Raises as `capture` does."""
        return self._do(WriteKind.VOID, order_id, None, nonce, source)

    def _do(
        self, kind: WriteKind, order_id: str, amount: int | None, nonce: str, source: str
    ) -> OrderView:
        if self.pull_mode:
            raise PullMode
        if not ids.is_order_id(order_id):
            raise NotFound
        self._learn(order_id, source)
        new = NewWrite(kind, f"{kind}:{nonce}", order_id, "", amount)
        write = self.database.write(lambda c: self._write_down(c, new))
        if write.state is not WriteState.DONE:
            self.finish(write, source=source)
        return self._view(order_id)

    def finish(self, write: MoneyWrite, *, source: str) -> None:
        """Bring a capture or void that was written down to its end. Raises as a call does."""
        try:
            outcome = self.write_money.finish(write.id)
        except StripeRejected as refusal:
            self.database.write(lambda c: orders.make_look_due(c, write.order_id, AT_ONCE))
            raise _refused(refusal) from refusal
        settlement = self.database.write(lambda c: self._record(c, outcome, source))
        if settlement.look_wanted or not outcome.done:
            self._look(write.order_id, source)
        if not outcome.done:
            raise _why_not(self._ledger(write.order_id))

    def _record(self, connection: Transaction, outcome: Outcome, source: str) -> Settlement:
        """Write the end of a capture or void down together with what it shows."""
        voided = outcome.done and outcome.write.kind is WriteKind.VOID
        change: Change = cancel if voided else unchanged
        reason = VOIDED if voided else None
        case = Case(source, outcome.facts, outcome.write.order_id, change=change, reason=reason)
        settlement = self.settle_order.settle_in(connection, case)
        self.write_money.record(connection, outcome)
        return settlement

    def _learn(self, order_id: str, source: str) -> None:
        """Look at an order that waits and of which we do not know that money is held."""
        ledger = self._ledger(order_id)
        if ledger.terms.manual and ledger.authorized is None and ledger.status in WAITING:
            unknown = "It is not known yet whether money is held."
            self.look_at_order.look_to_decide(order_id, unknown, source=source)

    def _look(self, order_id: str, source: str) -> None:
        """Look at what was done; while Stripe does not answer the order waits for the sweep."""
        try:
            self.look_at_order.look_in_turn(order_id, source=source)
        except GatewayError:
            self.database.write(lambda c: orders.make_look_due(c, order_id, AT_ONCE))

    def _write_down(self, connection: Transaction, new: NewWrite) -> MoneyWrite:
        loaded = load_ledger(connection, new.order_id)
        if loaded is None:
            raise NotFound
        known = money_writes.by_nonce(connection, new.nonce)
        if known is not None and known.order_id == new.order_id:
            if known.state is WriteState.REFUSED:
                raise _why_not(loaded.ledger)
            return known
        held = loaded.ledger.authorized
        if held is None or held.intent_id is None:
            raise _why_not(loaded.ledger)
        amount = None
        if new.kind is WriteKind.CAPTURE:
            amount = _amount(new.amount, held.amount_authorized, loaded.ledger.terms.currency)
        write = NewWrite(new.kind, new.nonce, new.order_id, held.intent_id, amount)
        under_way = money_writes.under_way(
            connection, held.intent_id, WriteKind.CAPTURE, WriteKind.VOID, WriteKind.CANCEL
        )
        if under_way is not None:
            if (under_way.kind, under_way.amount) != (new.kind, amount):
                raise CaptureInProgress
            return money_writes.put_joining(connection, write, under_way, now=self.clock.now())
        return money_writes.put(connection, write, now=self.clock.now())

    def _ledger(self, order_id: str) -> Ledger:
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        if loaded is None:
            raise NotFound
        return loaded.ledger

    def _view(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)


def _amount(asked: int | None, most: int, currency: str) -> int:
    if asked is None:
        return most
    if asked > most:
        raise CaptureTooLarge(most, currency)
    try:
        check_unit_amount(asked, currency)
    except BadAmount as error:
        raise InvalidInput([Fault("amount", str(error))]) from None
    return asked


def _why_not(ledger: Ledger) -> Exception:
    if ledger.status in SETTLED:
        return OrderPaid()
    return OrderCanceled() if ledger.status is OrderStatus.CANCELED else NotAuthorized()


def _refused(refusal: StripeRejected) -> Exception:
    if refusal.permission or not refusal.reason:
        return refusal
    return CaptureRefused(str(refusal), stripe_code=refusal.reason)
