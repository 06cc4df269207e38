"""Way in 1: an order, a Checkout Session for it, and the url to send the buyer to.

A session that is part of the merchant's own page has a client secret in the url's place.
"""

from __future__ import annotations

from dataclasses import replace

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import PullMode, StripeRejected
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import Cart
from checkout_service.domain.order.line import Line
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.domain.views.orders import SessionAnswer
from checkout_service.storage.database import Database
from checkout_service.storage.records import AttemptRecord
from checkout_service.use_cases.orders.answer import newest_session, session_of
from checkout_service.use_cases.settle.look_at_order import LookAtOrder

from .admit import Admit, everyone
from .change_items import ChangeItems
from .close_attempt import CloseAttempt
from .create_order import CreateOrder
from .open_attempt import OpenAttempt, Opening
from .payable import newest_attempt
from .refusals import of_cart

_REST = 2 * SECOND
_ROUNDS = 3


@frozen
class StartCheckout:
    database: Database
    clock: Clock
    sessions: Sessions
    create_order: CreateOrder
    open_attempt: OpenAttempt
    close_attempt: CloseAttempt
    change_items: ChangeItems
    look_at_order: LookAtOrder
    pull_mode: bool

    def start(
        self,
        cart: Cart,
        *,
        nonce: str | None,
        caller: str = "public",
        admit: Admit = everyone,
        changing: bool = False,
    ) -> SessionAnswer:
        """Open a session for this cart; the same nonce always gives the same order.

        `changing` says that the order is for this cart from now on, whatever it was for before.
        `admit` is asked before Stripe is. Raises what it raises, InvalidInput, PullMode,
        StripeUnavailable, StripeRejected, DatabaseUnavailable, SessionRefused (by what the cart
        hands through), and what `again` raises when the nonce's order went on meanwhile.
        """
        if self.pull_mode:
            raise PullMode
        known = self.create_order.known(nonce)
        if known is not None:
            if changing:
                self.change_items.change(known, cart, admit=admit)
            return self.again(known, admit=admit)
        order_id, written = self.create_order.create(
            cart, kind=AttemptKind.SESSION, nonce=nonce, admit=admit
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
        return self.create_order.price(cart, AttemptKind.SESSION)

    def order_of(self, nonce: str) -> str | None:
        """Name the order that this nonce made before."""
        return self.create_order.known(nonce)

    def again(self, order_id: str, *, admit: Admit = everyone) -> SessionAnswer:
        """Return the order's open session, else open a new one after the old one is closed.

        Raises NotFound, OrderPaid, MoneyInFlight, OrderCanceled, WrongFlow, StripeUnavailable.
        """
        if self.pull_mode:
            raise PullMode
        opening = Opening()
        for _ in range(_ROUNDS):
            newest = newest_attempt(self.database, order_id, AttemptKind.SESSION)
            if newest.state is AttemptState.OPEN:
                if self._still_open(order_id, newest):
                    break
                continue
            admit(self.create_order.prices_of(order_id))
            if newest.state is AttemptState.DRAFT or self._draft_next(order_id, newest):
                opening = self.open_attempt.open(order_id, source="retry")
        return self._answer(order_id, opening)

    def secret_of(self, session_id: str) -> str | None:
        """Read a client secret from Stripe, for a replayed answer. Raises GatewayError."""
        return self.sessions.client_secret(session_id)

    def _still_open(self, order_id: str, attempt: AttemptRecord) -> bool:
        """Ask Stripe before sending a buyer back to a session that may be paid already."""
        if attempt.expires_at is not None and attempt.expires_at <= self.clock.now():
            if attempt.session_id is not None:
                self.close_attempt.session(order_id, attempt.session_id, source="retry")
        else:
            self.look_at_order.look_in_turn(order_id, source="retry", urgent=True, window=_REST)
        newest = newest_attempt(self.database, order_id, AttemptKind.SESSION)
        return newest.state is AttemptState.OPEN

    def _draft_next(self, order_id: str, newest: AttemptRecord) -> bool:
        return self.database.write(
            lambda c: self.create_order.next_attempt(
                c,
                order_id,
                seq=newest.seq + 1,
                kind=AttemptKind.SESSION,
                reference=newest.reference,
            )
        )

    def _answer(self, order_id: str, opening: Opening) -> SessionAnswer:
        answer = session_of(opening.order) if opening.order else self._newest(order_id)
        if not answer.has_no_page:
            return answer
        return replace(answer, client_secret=opening.secret or self.secret_of(answer.id))

    def _newest(self, order_id: str) -> SessionAnswer:
        with self.database.read() as connection:
            return newest_session(connection, order_id)
