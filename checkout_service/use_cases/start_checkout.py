"""Way in 1: an order, a Checkout Session for it, and the url to send the buyer to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from checkout_service.domain import ids
from checkout_service.domain.cart import Cart, Line, mode_of, price_lines
from checkout_service.domain.catalog import Catalog
from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import (
    MoneyInFlight,
    NotFound,
    OrderCanceled,
    OrderPaid,
    PullMode,
    StaleOrder,
    WrongFlow,
)
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.ledger import DISCOUNT
from checkout_service.domain.status import SETTLED, AttemptKind, AttemptState, OrderStatus
from checkout_service.domain.views import SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.rows import AnyRow

from .answer import session_answer
from .close_session import CloseSession
from .open_attempt import OpenAttempt
from .settle_order import SettleOrder

_REST = 2 * SECOND
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class StartCheckout:
    database: Database
    gateway: PaymentGateway
    clock: Clock
    catalog: Catalog
    settle_order: SettleOrder
    open_attempt: OpenAttempt
    close_session: CloseSession
    public_base_url: str
    live: bool
    pull_mode: bool
    sweep_interval: int  # milliseconds

    def __call__(self, cart: Cart, *, nonce: str, caller: str = "public") -> SessionAnswer:
        """Open a session for this cart; the same nonce always gives the same order.

        Raises InvalidInput, PullMode, StripeUnavailable, StripeRejected, DatabaseUnavailable,
        and what `again` raises when the nonce's order went on meanwhile.
        """
        if self.pull_mode:
            raise PullMode
        with self.database.read() as connection:
            known = orders.order_by_nonce(connection, nonce)
        if known is not None:
            return self.again(known)
        lines = price_lines(cart, self.catalog, self.gateway.price)
        order_id = ids.new_id("ord")
        if not self.database.write(lambda c: self._draft(c, order_id, nonce, cart, lines)):
            with self.database.read() as connection:
                order_id = orders.order_by_nonce(connection, nonce) or order_id
        self.open_attempt(order_id, source=caller)
        return self._answer(order_id)

    def again(self, order_id: str) -> SessionAnswer:
        """Give the order's open session, else open a new one after the old one is closed.

        Raises NotFound, OrderPaid, MoneyInFlight, OrderCanceled, WrongFlow, StripeUnavailable.
        """
        if self.pull_mode:
            raise PullMode
        for _ in range(_ROUNDS):
            newest = self._newest(order_id)
            if newest.state == AttemptState.DRAFT:
                self.open_attempt(order_id, source="retry")
            elif newest.state == AttemptState.OPEN:
                if self._still_open(order_id, newest):
                    return self._answer(order_id)
            elif not self.database.write(
                lambda c, newest=newest: self._next_draft(c, order_id, newest)  # type: ignore[misc]
            ):
                continue  # another request drafted one: go on with that
            else:
                self.open_attempt(order_id, source="retry")
        return self._answer(order_id)

    def _newest(self, order_id: str) -> AnyRow:
        """Give the newest attempt of an order that may still be paid."""
        if not ids.is_order_id(order_id):
            raise NotFound
        with self.database.read() as connection:
            order = orders.order_row(connection, order_id)
            tries = orders.attempt_rows(connection, order_id)
        if order is None or not tries:
            raise NotFound
        if order.flow != AttemptKind.SESSION:
            raise WrongFlow
        if order.status in SETTLED:
            raise OrderPaid
        if order.status == OrderStatus.PROCESSING:
            raise MoneyInFlight
        if order.status == OrderStatus.CANCELED:
            raise OrderCanceled
        return [attempt for attempt in tries if attempt.ours][-1]

    def _still_open(self, order_id: str, attempt: AnyRow) -> bool:
        """Ask Stripe before sending a buyer back to a session that may be paid already."""
        if attempt.expires_at is not None and attempt.expires_at <= self.clock.now():
            self.close_session.quietly(order_id, attempt.session_id)
        else:
            self.settle_order(order_id, source="retry", urgent=True, window=_REST)
        return bool(self._newest(order_id).state == AttemptState.OPEN)

    def _answer(self, order_id: str) -> SessionAnswer:
        with self.database.read() as connection:
            tries = orders.attempt_rows(connection, order_id)
            opened = [a for a in tries if a.ours and a.session_id is not None]
            if not opened:
                raise StaleOrder(order_id)
            return session_answer(connection, opened[-1])

    def _draft(
        self, connection: Connection, order_id: str, nonce: str, cart: Cart, lines: Sequence[Line]
    ) -> bool:
        now = self.clock.now()
        row = self._order_row(order_id, cart, lines) | {
            "nonce": nonce,
            "created_at": now,
            "updated_at": now,
            "look_due_at": now + self.sweep_interval,
        }
        if not orders.insert_order(connection, row, lines):
            return False
        return self._insert_attempt(connection, order_id, 1, row["client_reference_id"])

    def _order_row(self, order_id: str, cart: Cart, lines: Sequence[Line]) -> dict[str, object]:
        options = self.catalog.options
        adjustable = set(options.adjustable) | ({DISCOUNT} if cart.allow_promotion_codes else set())
        asked = {
            "allow_promotion_codes": cart.allow_promotion_codes or options.promotion_codes,
            "automatic_tax": options.automatic_tax,
            "shipping_countries": list(options.shipping_countries),
            "recovery": options.recovery,
            "expires_after": options.expires_after,
        }
        base = self.public_base_url
        return {
            "id": order_id,
            "flow": AttemptKind.SESSION.value,
            "status": OrderStatus.PENDING.value,
            "amount_total": sum(line.amount for line in lines),
            "currency": lines[0].currency,
            "livemode": self.live,
            "mode": mode_of(lines),
            "adjustable": ",".join(sorted(adjustable)),
            "client_reference_id": cart.client_reference_id,
            "metadata": json.dumps(dict(cart.metadata)),
            "customer_email": cart.customer_email,
            "locale": cart.locale,
            "success_url": cart.success_url
            or f"{base}/checkout/success?session_id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": cart.cancel_url or f"{base}/checkout/cancel?order={order_id}",
            "options": json.dumps({key: value for key, value in asked.items() if value}),
        }

    def _next_draft(self, connection: Connection, order_id: str, newest: AnyRow) -> bool:
        return self._insert_attempt(connection, order_id, newest.seq + 1, newest.reference)

    def _insert_attempt(
        self, connection: Connection, order_id: str, seq: int, reference: object
    ) -> bool:
        attempt_id = ids.new_id("att")
        return orders.insert_attempt(
            connection,
            {
                "id": attempt_id,
                "order_id": order_id,
                "seq": seq,
                "kind": AttemptKind.SESSION.value,
                "state": AttemptState.DRAFT.value,
                "idempotency_key": attempt_id,
                "reference": reference or order_id,
                "created_at": self.clock.now(),
            },
        )
