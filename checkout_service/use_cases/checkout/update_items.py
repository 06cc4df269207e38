"""Change what an open session sells: the session, its page and its client secret stay.

The new terms are written down before Stripe is asked. Whatever becomes of the answer, what Stripe
shows says which terms stand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from checkout_service.domain.errors import (
    Fault,
    InvalidInput,
    NotFound,
    OpenedWrong,
    PullMode,
    SessionClosed,
    StripeRejected,
    StripeUnavailable,
)
from checkout_service.domain.facts.fact import Fact, facts_of_look, of_attempt
from checkout_service.domain.facts.snapshots import SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_session_id, new_id
from checkout_service.domain.money import in_words
from checkout_service.domain.order.cart import Cart, mode_of
from checkout_service.domain.order.line import Line
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.session import REPRICED
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.domain.views.orders import SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.offers import offer
from checkout_service.storage.records import AttemptRecord, OrderRecord
from checkout_service.use_cases.orders.answer import answer_for_session
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .admit import Admit, everyone, prices_of
from .close_attempt import CloseAttempt
from .create_order import CreateOrder
from .opening_request import line_requests
from .payable import check_payable

_SOURCE = "retry"


@frozen
class UpdateItems:
    database: Database
    sessions: Sessions
    create_order: CreateOrder
    settle_order: SettleOrder
    close_attempt: CloseAttempt
    pull_mode: bool

    def update(
        self, session_id: str, cart: Cart, *, caller: str = "public", admit: Admit = everyone
    ) -> SessionAnswer:
        """Agree on this cart for the order of an open session, here and at Stripe.

        Raises NotFound, InvalidInput, OrderPaid, MoneyInFlight, OrderCanceled, SessionClosed,
        OpenedWrong, PullMode, GatewayError and what `admit` raises.
        """
        if self.pull_mode:
            raise PullMode
        attempt, order, before = self._read(session_id)
        check_payable(order.status)
        if order.options.get("ui_mode") not in REPRICED:
            why = "only a session of ui_mode elements or form changes its items"
            raise InvalidInput([Fault("", why)])
        if order.room is not None:
            raise InvalidInput([Fault("", "its buyer chooses on the page what is bought")])
        if attempt.state is not AttemptState.OPEN:
            raise SessionClosed
        lines = self._priced(cart, order, before, caller)
        admit(prices_of(lines))
        self.database.write(lambda c: self._offer(c, attempt, lines))
        facts = self._ask_for(session_id, order, lines)
        facts = [of_attempt(fact, attempt.id) for fact in facts]
        self.settle_order.settle(Case(_SOURCE, facts, order.id))
        self._check(session_id, order.id, facts, sum(line.amount for line in lines))
        with self.database.read() as connection:
            changed = orders.attempt_by_session(connection, session_id)
            if changed is not None and changed.state is AttemptState.EXPIRED:
                raise SessionClosed  # it ended while Stripe was asked: nothing can be paid there
            return answer_for_session(connection, session_id)

    def _read(self, session_id: str) -> tuple[AttemptRecord, OrderRecord, tuple[Line, ...]]:
        if not is_session_id(session_id):
            raise NotFound
        with self.database.read() as connection:
            attempt = orders.attempt_by_session(connection, session_id)
            order = orders.order_of(connection, attempt.order_id) if attempt else None
            if attempt is None or order is None or not attempt.ours:
                raise NotFound
            return attempt, order, orders.lines_of(connection, order.id, order.currency)

    def _priced(
        self, cart: Cart, order: OrderRecord, before: Sequence[Line], caller: str
    ) -> tuple[Line, ...]:
        lines = self.create_order.price(cart, AttemptKind.SESSION)
        if caller == "public" and any(line.price is None for line in before):
            raise InvalidInput([Fault("items", "the shop priced this order; it does not change")])
        if lines[0].currency != order.currency:
            raise InvalidInput([Fault("items", "an order's currency does not change")])
        if mode_of(lines) != order.mode:
            raise InvalidInput([Fault("items", f"this order's session is in mode {order.mode}")])
        return lines

    def _offer(
        self, connection: Transaction, attempt: AttemptRecord, lines: Sequence[Line]
    ) -> None:
        """Write the new terms down, if the order still waits to be paid by this session."""
        order = orders.order_of(connection, attempt.order_id)
        if order is None:
            raise NotFound
        check_payable(order.status)
        newest = orders.attempts_of(connection, order.id)[-1]
        if (newest.id, newest.state) != (attempt.id, AttemptState.OPEN):
            raise SessionClosed
        products = {**order.options.get("products", {}), **self.create_order.products(lines)}
        if products:
            options = json.dumps({**order.options, "products": products})
            orders.update_order(connection, order.id, {"options": options})
        offer(connection, order.id, lines)

    def _ask_for(self, session_id: str, order: OrderRecord, lines: Sequence[Line]) -> list[Fact]:
        """Put these items on the session; without an answer, look whether Stripe did so."""
        products = self.create_order.products(lines)
        asked = line_requests(lines, products)
        try:
            fact = self.sessions.update(
                session_id, lines=asked, options=order.options, idempotency_key=new_id("ask")
            )
        except StripeUnavailable:
            self.database.write(lambda c: orders.make_look_due(c, order.id, AT_ONCE))
            total = sum(line.amount for line in lines)
            snapshot = self.sessions.look(session_id, urgent=True)
            view = snapshot.session
            if view is None or view.amount_subtotal != total or total == order.amount_total:
                raise
            return facts_of_look(snapshot)
        except StripeRejected as refusal:
            self._explain(session_id, order.id, refusal)
            raise
        return [fact]

    def _explain(self, session_id: str, order_id: str, refusal: StripeRejected) -> None:
        """Stripe may refuse because the session was paid or has ended meanwhile: say so."""
        if refusal.permission:
            return
        self._check_waits(order_id)  # it may be known by now, which costs no read
        # Not by the look that many share: several who change at once would be told of a memory.
        snapshot = self.sessions.look(session_id, urgent=True)
        self.settle_order.settle(Case(_SOURCE, facts_of_look(snapshot), order_id))
        self._check_waits(order_id)

    def _check_waits(self, order_id: str) -> None:
        """Raises what tells that an order's session is paid for, or over."""
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
            newest = orders.attempts_of(connection, order_id)[-1]
        if order is not None:
            check_payable(order.status)
        if newest.state is not AttemptState.OPEN:
            raise SessionClosed

    def _check(self, session_id: str, order_id: str, facts: Sequence[Fact], total: int) -> None:
        """Close a session that came back with another amount: nobody may pay it."""
        view = facts[0].subject
        if isinstance(view, SessionView) and view.amount_subtotal != total:
            self.close_attempt.session(order_id, session_id, source=_SOURCE)
            seen, agreed = (in_words(sum_, view.currency) for sum_ in (view.amount_subtotal, total))
            raise OpenedWrong(f"{seen} instead of {agreed}")
