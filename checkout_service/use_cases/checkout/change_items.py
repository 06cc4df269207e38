"""Sell something else by the same order: what is open for the old choice is closed first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from checkout_service.domain.errors import OpenedWrong, StaleOrder, StripeRejected
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import Cart
from checkout_service.domain.order.line import Line
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.records import AttemptRecord

from .admit import Admit, prices_of
from .close_attempt import CloseAttempt
from .create_order import CreateOrder
from .open_attempt import OpenAttempt
from .payable import check_payable, newest_attempt

_SESSION = AttemptKind.SESSION
_ROUNDS = 4


@frozen
class ChangeItems:
    database: Database
    create_order: CreateOrder
    open_attempt: OpenAttempt
    close_attempt: CloseAttempt

    def change(self, order_id: str, cart: Cart, *, admit: Admit) -> None:
        """Agree on this cart for an unpaid order of a session, and draft its next attempt.

        Nothing is done if the cart is what was agreed. Raises InvalidInput, NotFound, OrderPaid,
        MoneyInFlight, OrderCanceled, StaleOrder and GatewayError.
        """
        lines = self.create_order.price(cart, _SESSION)
        for _ in range(_ROUNDS):
            newest = newest_attempt(self.database, order_id, _SESSION)
            if self._is_agreed(order_id, lines):
                return
            if newest.state is AttemptState.DRAFT:  # it may be open at Stripe: there it is found
                with suppress(StripeRejected, OpenedWrong):
                    self.open_attempt.open(order_id, source="retry")
            elif newest.state is AttemptState.OPEN and newest.session_id is not None:
                self.close_attempt.session(order_id, newest.session_id, source="retry")
            else:
                admit(prices_of(lines))
                if self._agree(newest, lines, self.create_order.terms(cart, _SESSION, lines)):
                    return
        raise StaleOrder(order_id)

    def _is_agreed(self, order_id: str, lines: Sequence[Line]) -> bool:
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
            if order is None:
                return False
            return orders.lines_of(connection, order_id, order.currency) == tuple(lines)

    def _agree(
        self, newest: AttemptRecord, lines: Sequence[Line], terms: dict[str, object]
    ) -> bool:
        """Write the new terms and a draft for them; False if the order went on meanwhile."""
        return self.database.write(lambda c: self._agree_in(c, newest, lines, terms))

    def _agree_in(
        self,
        connection: Transaction,
        newest: AttemptRecord,
        lines: Sequence[Line],
        terms: dict[str, object],
    ) -> bool:
        order = orders.order_of(connection, newest.order_id)
        if order is None:
            return False
        check_payable(order.status)
        if orders.attempts_of(connection, order.id)[-1] != newest:
            return False
        if not orders.agree_anew(connection, order, lines, terms):
            return False
        if not self.create_order.next_attempt(
            connection, order.id, seq=newest.seq + 1, kind=_SESSION, reference=newest.reference
        ):
            raise StaleOrder(order.id)
        return True
