"""The buyer is back, or a page polls: give the local answer when final, else look once for all."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from checkout_service.deadline import within
from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.ids import is_intent_id, is_order_id, is_session_id
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.orders import IntentAnswer, OrderView, SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.use_cases.orders.answer import (
    answer_for_intent,
    answer_for_session,
    order_view,
)

from .look_at_order import Look, LookAtOrder
from .missed_look import going_on_without_a_look

log = logging.getLogger(__name__)

WINDOW = 2 * SECOND
_PAGE_WAITS_SECONDS = 2.0
_PAUSE_SECONDS = 0.08
_LINKS_WAIT_SECONDS = 2.0
_SOON, _LATER = 1, 2  # seconds, for Retry-After


@dataclass(frozen=True, slots=True)
class ConfirmPayment:
    database: Database
    look_at_order: LookAtOrder
    clock: Clock
    pull_mode: bool

    def by_session(self, session_id: str, *, source: str, wait: bool = False) -> SessionAnswer:
        """Return where the order of this session stands.

        Raises NotFound for a session that is not ours, without calling Stripe. Stripe's silence
        is no error: the local answer is given, not final.
        """
        if not is_session_id(session_id):
            raise NotFound
        with self.database.read() as connection:
            answer = answer_for_session(connection, session_id)
            retry_after = self._without_a_look(connection, answer.order, wait=wait)
        if retry_after is None:
            retry_after = self._look(answer.order.id, source=source, wait=wait)
            answer = self._session(session_id)
        return replace(answer, retry_after=retry_after)

    def by_intent(self, intent_id: str, *, source: str, wait: bool = False) -> IntentAnswer:
        """Return where the order of this PaymentIntent stands, as `by_session` does.

        A failed intent takes another card, so its buyer may be back before any event of that.
        """
        if not is_intent_id(intent_id):
            raise NotFound
        with self.database.read() as connection:
            answer = answer_for_intent(connection, intent_id)
            retry_after = self._without_a_look(connection, answer.order, wait=wait)
        if wait and answer.order.status is OrderStatus.FAILED:
            self._look_afresh(answer.order.id, source=source)
            return self._intent(intent_id)
        if retry_after is None:
            retry_after = self._look(answer.order.id, source=source, wait=wait)
            answer = self._intent(intent_id)
        return replace(answer, retry_after=retry_after)

    def by_order(self, order_id: str, *, source: str, wait: bool = False) -> OrderView:
        """Return where an order stands, by its own id. Raises NotFound."""
        if not is_order_id(order_id):
            raise NotFound
        with self.database.read() as connection:
            order = order_view(connection, order_id)
            retry_after = self._without_a_look(connection, order, wait=wait)
        if retry_after is not None:
            return order
        self._look(order_id, source=source, wait=wait)
        return self._order(order_id)

    def with_receipt(self, order: OrderView) -> OrderView:
        """Return the order with the receipt and invoice that its own buyer is shown.

        The webhook that settled it names neither; a look does, one an order and of a moment: who
        is told that it is paid does not wait for a link.
        """
        if self.pull_mode or not _lacks_links(order):
            return order
        with self.database.read() as connection:
            since = orders.fulfilled_at(connection, order.id)
        if since is None:
            return order
        window = max(WINDOW, self.clock.now() - since)
        go_on = going_on_without_a_look(log, "confirm.no_receipt", order.id)
        with go_on, within(_LINKS_WAIT_SECONDS):
            self.look_at_order.look(order.id, source="return", urgent=True, window=window)
        return self._order(order.id)

    def _without_a_look(
        self, connection: Transaction, order: OrderView, *, wait: bool
    ) -> int | None:
        """Return the seconds to wait if no look is to be had now, or wanted; None to try one.

        Whoever may `wait` for somebody else's look tries.
        """
        if order.final:
            return _LATER
        with self.look_at_order.reads.waiting(wait):
            foreseen = self.look_at_order.foresee(connection, order.id, window=WINDOW)
        if foreseen is Look.BUSY:
            return None if wait else _SOON
        return _LATER if foreseen is Look.CROWDED else None

    def _look(self, order_id: str, *, source: str, wait: bool) -> int:
        """Look as `_look_in_turn` does; a page that polls waits for no turn of its own."""
        with self.look_at_order.reads.waiting(wait):
            return self._look_in_turn(order_id, source=source, wait=wait)

    def _look_in_turn(self, order_id: str, *, source: str, wait: bool) -> int:
        """Look at Stripe unless somebody just did; return the seconds to wait."""
        look = Look.DONE
        with going_on_without_a_look(log, "confirm.no_look", order_id):
            look = self.look_at_order.look(order_id, source=source, urgent=True, window=WINDOW)
        if look is Look.DONE:
            return _LATER
        if wait:
            self.wait_for_look(order_id)
        return _SOON

    def _look_afresh(self, order_id: str, *, source: str) -> None:
        """Look at Stripe even if somebody just did, as soon as that is allowed again."""
        until = self.clock.monotonic() + WINDOW / SECOND + _PAUSE_SECONDS
        while self._look_in_turn(order_id, source=source, wait=False) == _SOON:
            if self.clock.monotonic() > until:
                return
            self.clock.sleep(_PAUSE_SECONDS)

    def wait_for_look(self, order_id: str) -> None:
        """Wait a moment for the one who is looking."""
        until = self.clock.monotonic() + _PAGE_WAITS_SECONDS
        while self.clock.monotonic() < until:
            if self._order(order_id).final or not self.look_at_order.in_progress(order_id):
                return
            self.clock.sleep(_PAUSE_SECONDS)

    def _session(self, session_id: str) -> SessionAnswer:
        with self.database.read() as connection:
            return answer_for_session(connection, session_id)

    def _intent(self, intent_id: str) -> IntentAnswer:
        with self.database.read() as connection:
            return answer_for_intent(connection, intent_id)

    def _order(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)


def _lacks_links(order: OrderView) -> bool:
    """True if money came and no look has shown since by which card, with which receipt."""
    unseen = order.payment_method is None or (order.invoice and order.invoice.url is None)
    return bool(order.amount_paid and unseen)
