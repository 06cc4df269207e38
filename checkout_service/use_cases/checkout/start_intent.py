"""Way in 2: an order and its one PaymentIntent, for a frontend with the Payment Element.

The same order always has the same open intent: two that can both charge must never exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checkout_service.domain.clock import SECOND
from checkout_service.domain.errors import (
    Fault,
    InvalidInput,
    NotFound,
    PullMode,
    StripeRejected,
    StripeUnavailable,
)
from checkout_service.domain.facts.fact import Fact, facts_of_look, of_attempt
from checkout_service.domain.facts.reading import is_on_its_way
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import new_id
from checkout_service.domain.order.cart import Cart
from checkout_service.domain.order.line import Line
from checkout_service.domain.ports.intents import Intents
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.domain.views.orders import IntentAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.offers import last_offer, offer
from checkout_service.storage.records import AttemptRecord
from checkout_service.use_cases.orders.answer import intent_of, newest_intent
from checkout_service.use_cases.settle.look_at_order import LookAtOrder
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .admit import Admit, everyone, prices_of
from .create_order import CreateOrder
from .open_attempt import OpenAttempt, Opening
from .payable import check_payable, newest_attempt
from .refusals import of_cart

_REST = 2 * SECOND
_GONE = frozenset((AttemptState.CANCELED, AttemptState.EXPIRED))
_ROUNDS = 3


@frozen
class StartIntent:
    database: Database
    intents: Intents
    create_order: CreateOrder
    open_attempt: OpenAttempt
    settle_order: SettleOrder
    look_at_order: LookAtOrder
    pull_mode: bool

    def start(
        self,
        cart: Cart,
        *,
        nonce: str | None,
        caller: str = "public",
        admit: Admit = everyone,
    ) -> IntentAnswer:
        """Create the order's intent; the same nonce always gives the same order and intent.

        The answer carries the client secret: hand it to the buyer's browser, keep it nowhere.
        `admit` is asked before Stripe is. Raises what it raises, InvalidInput, PullMode,
        StripeUnavailable, StripeRejected, SessionRefused, and what `again` raises.
        """
        if self.pull_mode:
            raise PullMode
        known = self.create_order.known(nonce)
        if known is not None:
            return self.again(known, cart, caller=caller, admit=admit)
        order_id, written = self.create_order.create(
            cart, kind=AttemptKind.INTENT, nonce=nonce, admit=admit
        )
        try:
            opening = self.open_attempt.open(order_id, source=caller, written=written)
        except StripeRejected as refusal:
            raise of_cart(cart, refusal) from None
        return self._answer(order_id, opening)

    def priced(self, cart: Cart) -> tuple[Line, ...]:
        """Return what a cart would cost, without making anything. Raises as a create does."""
        if self.pull_mode:
            raise PullMode
        return self.create_order.price(cart, AttemptKind.INTENT)

    def again(
        self,
        order_id: str,
        cart: Cart | None = None,
        *,
        caller: str = "public",
        admit: Admit = everyone,
    ) -> IntentAnswer:
        """Return the order's intent once more, with the amount of the cart if that changed.

        Raises NotFound, OrderPaid, MoneyInFlight, OrderCanceled, WrongFlow, StripeUnavailable.
        """
        if self.pull_mode:
            raise PullMode
        opening = Opening()
        for _ in range(_ROUNDS):
            newest = newest_attempt(self.database, order_id, AttemptKind.INTENT)
            if newest.state is AttemptState.DRAFT or newest.state in _GONE:
                admit(self.create_order.prices_of(order_id))
                if newest.state is AttemptState.DRAFT or self._draft_next(order_id, newest):
                    opening = self.open_attempt.open(order_id, source="retry")
            elif newest.intent_id is not None and newest.state not in _GONE:
                self.look_at_order.look_in_turn(order_id, source="retry", urgent=True, window=_REST)
                break
        newest = newest_attempt(self.database, order_id, AttemptKind.INTENT)
        if cart is not None:
            self._follow_cart(order_id, newest, cart, caller, admit)
        return self._answer(order_id, opening)

    def secret_of(self, intent_id: str) -> str:
        """Read a client secret from Stripe, for a replayed answer. Raises GatewayError."""
        return self.intents.client_secret(intent_id)

    def _draft_next(self, order_id: str, newest: AttemptRecord) -> bool:
        return self.database.write(
            lambda c: self.create_order.next_attempt(
                c, order_id, seq=newest.seq + 1, kind=AttemptKind.INTENT, reference=None
            )
        )

    def _follow_cart(
        self, order_id: str, newest: AttemptRecord, cart: Cart, caller: str, admit: Admit
    ) -> None:
        """Update the open intent when the cart changed: our offer first, then Stripe.

        Whatever becomes of the answer, the amount that Stripe shows says which terms stand. If the
        buyer has paid before it came, by what takes its time, their amount is put back.
        """
        lines = self.create_order.price(cart, AttemptKind.INTENT)
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
            if order is None:
                raise NotFound
            before = orders.lines_of(connection, order_id, order.currency)
        unsure = last_offer(order.options) not in (None, order.amount_total)
        if newest.intent_id is None or (before == tuple(lines) and not unsure):
            return
        if caller == "public" and any(line.price is None for line in before):
            raise InvalidInput([Fault("items", "the shop priced this order; it does not change")])
        if lines[0].currency != order.currency:
            raise InvalidInput([Fault("items", "an order's currency does not change")])
        admit(prices_of(lines))
        self.database.write(lambda c: self._offer(c, order_id, lines))
        total = sum(line.amount for line in lines)
        if unsure or total != order.amount_total:
            facts = self._ask_for(order_id, newest.intent_id, total)
            if not unsure and is_on_its_way(facts[0].subject, facts[0].seen.at):
                facts = self._ask_for(order_id, newest.intent_id, order.amount_total)
            facts = [of_attempt(fact, newest.id) for fact in facts]
            settled = self.settle_order.settle(Case("retry", facts, order_id))
            check_payable(settled.after.status)

    def _offer(self, connection: Transaction, order_id: str, lines: Sequence[Line]) -> None:
        order = orders.order_of(connection, order_id)
        if order is not None:
            check_payable(order.status)
            offer(connection, order_id, lines)

    def _ask_for(self, order_id: str, intent_id: str, total: int) -> list[Fact]:
        """Put this amount on the intent; without an answer, look whether Stripe did so."""
        try:
            return [self.intents.update(intent_id, amount=total, idempotency_key=new_id("ask"))]
        except StripeUnavailable:
            self.database.write(lambda c: orders.make_look_due(c, order_id, AT_ONCE))
            snapshot = self.intents.look(intent_id, urgent=True)
            if snapshot.intent is None or snapshot.intent.amount != total:
                raise
            return facts_of_look(snapshot)
        except StripeRejected as refusal:
            self._explain(order_id, refusal)
            raise

    def _explain(self, order_id: str, refusal: StripeRejected) -> None:
        """Stripe may refuse because the intent was paid meanwhile: say so."""
        if refusal.permission:
            return
        self.look_at_order.look_in_turn(order_id, source="retry", urgent=True)
        newest_attempt(self.database, order_id, AttemptKind.INTENT)

    def _answer(self, order_id: str, opening: Opening) -> IntentAnswer:
        answer = intent_of(opening.order) if opening.order else self._newest(order_id)
        return replace(answer, client_secret=opening.secret or self.secret_of(answer.id))

    def _newest(self, order_id: str) -> IntentAnswer:
        with self.database.read() as connection:
            return newest_intent(connection, order_id)
