"""The buyer is back, or a page polls: give the local answer when final, else look once for all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from checkout_service.deadline import within
from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_intent_id, is_order_id, is_session_id
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.replaced import replace
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.orders import IntentAnswer, OrderView, SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.read import Loaded
from checkout_service.storage.ledger.read_to_tell import Named
from checkout_service.storage.look_chances import LookChance
from checkout_service.use_cases.orders.answer import (
    answer_of_intent,
    answer_of_session,
    order_view,
)

from .look_at_order import Look, LookAtOrder
from .missed_look import going_on_without_a_look
from .read_together import ReadTogether

log = logging.getLogger(__name__)

WINDOW = 2 * SECOND
_PAGE_WAITS_SECONDS = 2.0
_PAUSE_SECONDS = 0.08
_LINKS_WAIT_SECONDS = 2.0
_SOON, _LATER = 1, 2  # seconds, for Retry-After
A = TypeVar("A")


@frozen
class Way(Generic[A]):
    """By what name an order is asked for, and how it is told then. `tell` raises NotFound."""

    name: str
    named: Named
    tell: Callable[[Loaded, str], A]
    takes_another_card: bool = False


@frozen
class ConfirmPayment:
    database: Database
    together: ReadTogether
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
        way = Way(session_id, "session_id", answer_of_session)
        answer, retry_after = self._stand(way, source, wait=wait)
        return answer if answer.order.final else replace(answer, retry_after=retry_after)

    def by_intent(self, intent_id: str, *, source: str, wait: bool = False) -> IntentAnswer:
        """Return where the order of this PaymentIntent stands, as `by_session` does.

        A failed intent takes another card, so its buyer may be back before any event of that.
        """
        if not is_intent_id(intent_id):
            raise NotFound
        way = Way(intent_id, "intent_id", answer_of_intent, takes_another_card=True)
        answer, retry_after = self._stand(way, source, wait=wait)
        return answer if answer.order.final else replace(answer, retry_after=retry_after)

    def by_order(self, order_id: str, *, source: str, wait: bool = False) -> OrderView:
        """Return where an order stands, by its own id. Raises NotFound."""
        if not is_order_id(order_id):
            raise NotFound
        return self._stand(Way(order_id, "id", _view), source, wait=wait)[0]

    def _stand(self, way: Way[A], source: str, *, wait: bool) -> tuple[A, int]:
        """Return the answer, after a look where one is due, and the seconds to wait.

        What a look showed is known without reading it again, if nobody else settled the order.
        """
        loaded, chance = self.together.read(way.named, way.name)
        answer = way.tell(loaded, way.name)
        if wait and way.takes_another_card and loaded.ledger.status is OrderStatus.FAILED:
            self._look_afresh(loaded.ledger.terms.order_id, source=source)
            return way.tell(self.together.read(way.named, way.name)[0], way.name), _LATER
        retry_after = self._without_a_look(chance, loaded.ledger, wait=wait)
        if retry_after is not None:
            return answer, retry_after
        # A page that polls waits for no turn of its own.
        with self.look_at_order.reads.waiting(wait):
            looked, retry_after = self._look(loaded, source=source, wait=wait)
        return way.tell(looked or self.together.read(way.named, way.name)[0], way.name), retry_after

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

    def _without_a_look(self, chance: LookChance, ledger: Ledger, *, wait: bool) -> int | None:
        """Return the seconds to wait if no look is to be had now, or wanted; None to try one.

        Whoever may `wait` for somebody else's look tries.
        """
        if ledger.final:
            return _LATER
        with self.look_at_order.reads.waiting(wait):
            foreseen = self.look_at_order.foresee(chance, window=WINDOW)
        if foreseen is Look.BUSY:
            return None if wait else _SOON
        return _LATER if foreseen is Look.CROWDED else None

    def _look(self, known: Loaded, *, source: str, wait: bool) -> tuple[Loaded | None, int]:
        """Look at Stripe unless somebody just did; return the order after it, where it is known."""
        order_id, looked, look = known.ledger.terms.order_id, None, Look.DONE
        with going_on_without_a_look(log, "confirm.no_look", order_id):
            look, looked = self.look_at_order.look_on(
                order_id, known, source=source, urgent=True, window=WINDOW
            )
        if look is Look.DONE:
            return looked, _LATER
        if wait:
            self.wait_for_look(order_id)
        return None, _SOON

    def _look_afresh(self, order_id: str, *, source: str) -> None:
        """Look at Stripe even if somebody just did, as soon as that is allowed again."""
        until = self.clock.monotonic() + WINDOW / SECOND + _PAUSE_SECONDS
        while self._is_busy(order_id, source=source) and self.clock.monotonic() <= until:
            self.clock.sleep(_PAUSE_SECONDS)

    def _is_busy(self, order_id: str, *, source: str) -> bool:
        """Look at Stripe; True if somebody else does, or just did."""
        look = Look.DONE
        with going_on_without_a_look(log, "confirm.no_look", order_id):
            look = self.look_at_order.look(order_id, source=source, urgent=True, window=WINDOW)
        return look is Look.BUSY

    def wait_for_look(self, order_id: str, *, until_final: bool = True) -> None:
        """Wait a moment for the one who is looking, or until the order is final before that."""
        until = self.clock.monotonic() + _PAGE_WAITS_SECONDS
        while self.clock.monotonic() < until:
            if until_final and self._order(order_id).final:
                return
            if not self.look_at_order.in_progress(order_id):
                return
            self.clock.sleep(_PAUSE_SECONDS)

    def _order(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)


def _view(loaded: Loaded, _order_id: str) -> OrderView:
    return loaded.view(loaded.ledger)


def _lacks_links(order: OrderView) -> bool:
    """True if money came and no look has shown since by which card, with which receipt."""
    unseen = order.payment_method is None or (order.invoice and order.invoice.url is None)
    return bool(order.amount_paid and unseen)
