"""The buyer of a Payment Link is back, or a page polls: at most one look at Stripe for all.

The reference is a claim, not a proof: a session settles the order that it names itself, and
whoever brings another buyer's session is told nothing of that buyer's order.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from checkout_service.domain.clock import MINUTE, Clock
from checkout_service.domain.errors import (
    NotFound,
    StaleOrder,
    StripeRejected,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_reference, is_session_id
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.status import UNPAID
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage import leases, orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.links import claims, link_polls
from checkout_service.use_cases.orders.answer import order_view

from .adopt_session import AdoptSession
from .confirm_payment import WINDOW, ConfirmPayment
from .look_at_order import LEASE_MS, Look, LookAtOrder
from .missed_look import going_on_without_a_look
from .read_allowance import ReadAllowance

log = logging.getLogger(__name__)

MOST_CLAIMS = 5
_SOON, _LATER = 1, 2  # seconds, for Retry-After


@frozen
class LinkPoll:
    """Where the order of a reference stands and, while it is not final, when to ask again."""

    reference: str
    order: OrderView
    retry_after: int = _LATER  # seconds


@frozen
class PollLink:
    database: Database
    sessions: Sessions
    clock: Clock
    look_at_order: LookAtOrder
    confirm_payment: ConfirmPayment
    adopt_session: AdoptSession
    reads: ReadAllowance

    def poll(
        self, reference: str, session_id: str | None, *, source: str, wait: bool = False
    ) -> LinkPoll:
        """Return where the order of this reference stands.

        A session id that we did not open is looked up only together with its pending reference,
        at most five a reference. Raises NotFound; Stripe's silence is no error.
        """
        with self.database.read() as connection:
            seen = _standing(connection, reference, session_id)
            local = LinkPoll(reference, order_view(connection, seen.order_id))
            if session_id is None or (local.order.final and not _may_be_paid_again(local, seen)):
                return local
            busy = self.look_at_order.is_taken(seen.chance, window=WINDOW)
            if busy and not wait:
                return replace(local, retry_after=_SOON)
            if not self._may_ask(connection, local, seen, session_id):
                return local
        if not busy:
            with self.reads.waiting(wait):
                if self.reads.is_spent(seen.chance.reads_free_at):
                    return local
                busy = self._look(local, session_id, source) is Look.BUSY
        return self._after(local, busy=busy, wait=wait)

    def _after(self, local: LinkPoll, *, busy: bool, wait: bool) -> LinkPoll:
        """Return where the order stands now, after the look of somebody else if need be."""
        if busy and wait:
            self.confirm_payment.wait_for_look(local.order.id)
        with self.database.read() as connection:
            order = order_view(connection, local.order.id)
        return LinkPoll(local.reference, order, _SOON if busy else _LATER)

    def returned(self, references: Sequence[str], session_id: str | None) -> LinkPoll | None:
        """Return where the order stands that a browser comes back for.

        `references` are the ones it was given, newest first. None when there is nothing to tell:
        the session is of none of them. Stripe is asked at most once; a malformed id is no id.
        """
        if session_id is not None and not is_session_id(session_id):
            session_id = None
        with self.database.read() as connection:
            mine = _orders_of(connection, references)
            waiting = [n for o, n in mine.items() if not order_view(connection, o).final]
        if session_id is None:
            best = next(iter([*waiting, *mine.values()]), None)
            return None if best is None else self.poll(best, None, source="return")
        order_id = self._order_of(session_id)
        if order_id is None and waiting:
            polled = self.poll(waiting[0], session_id, source="return", wait=True)
            order_id = self._order_of(session_id)
            if order_id in (None, polled.order.id):
                return polled
            session_id = None  # it was looked up just now
        if order_id not in mine:
            return None
        return self.poll(mine[order_id], session_id, source="return", wait=True)

    def _may_ask(
        self,
        connection: Transaction,
        local: LinkPoll,
        seen: link_polls.Standing,
        session_id: str,
    ) -> bool:
        """True if the session may be looked up for this reference."""
        if seen.order_of_session is not None:
            return seen.order_of_session == local.order.id
        now = self.clock.now()
        return claims.may_claim(connection, local.reference, session_id, now=now, most=MOST_CLAIMS)

    def _look(self, local: LinkPoll, session_id: str, source: str) -> Look:
        """Look the session up, unless somebody is at it, or was a moment ago."""
        order_id = local.order.id
        with going_on_without_a_look(log, "poll.no_look", order_id):
            if self._order_of(session_id) is not None:
                return self.look_at_order.look(order_id, source=source, urgent=True, window=WINDOW)
            now = self.clock.now()
            turn = self.database.write(lambda c: self._begin(c, local, session_id, now))
            if turn is None:
                return Look.BUSY
            with self.reads.counted() as count:
                try:
                    with self.reads.booked(turn):
                        self._look_up(local.reference, session_id, source)
                finally:
                    self.look_at_order.end(order_id, lease_until=now + LEASE_MS, reads=count)
        return Look.DONE

    def _begin(
        self, connection: Transaction, local: LinkPoll, session_id: str, now: int
    ) -> int | None:
        """Take the look, the claim and a read of Stripe together, or none of them.

        Returns the time at which the read may start; None when somebody else looks. Raises
        ReadsSpent or StaleOrder: whoever is sent away has written nothing.
        """
        taken = leases.take_look(
            connection,
            local.order.id,
            now=now,
            for_ms=LEASE_MS,
            window_ms=WINDOW,
            urgent=True,
        )
        if taken is None:
            return None
        if not claims.claim(connection, local.reference, session_id, now=now, most=MOST_CLAIMS):
            raise StaleOrder(local.order.id)  # another claim came in between
        return self.reads.book(connection)

    def _look_up(self, reference: str, session_id: str, source: str) -> None:
        """Ask Stripe for a session that nobody knows yet. Raises GatewayError."""
        try:
            snapshot = self.sessions.look(session_id, urgent=True)
        except StripeRejected as refusal:
            log.info("poll.refused", extra={"reason": refusal.reason or refusal.code})
            at = self.clock.now() + MINUTE
            self.database.write(lambda c: claims.rest_until(c, reference, session_id, at))
        else:
            self.adopt_session.adopt(snapshot, source=source)

    def _order_of(self, session_id: str) -> str | None:
        with self.database.read() as connection:
            known = orders.attempt_by_session(connection, session_id)
        return None if known is None else str(known.order_id)


def _standing(
    connection: Transaction, reference: str, session_id: str | None
) -> link_polls.Standing:
    """Read what is known of a reference and a session. Raises NotFound, for malformed ones too."""
    well_formed = is_reference(reference) and (session_id is None or is_session_id(session_id))
    found = link_polls.standing(connection, reference, session_id) if well_formed else None
    if found is None:
        raise NotFound
    return found


def _may_be_paid_again(local: LinkPoll, seen: link_polls.Standing) -> bool:
    """True if a buyer brings a session that nobody knows for an order that is unpaid for us.

    A link can be paid again after a try that failed, or after we gave its order up.
    """
    order = local.order
    return seen.order_of_session is None and order.status in UNPAID and not order.holds


def _orders_of(connection: Transaction, references: Sequence[str]) -> dict[str, str]:
    """Map the orders of these references to them, keeping their order."""
    found = ((name, link_polls.standing(connection, name, None)) for name in references)
    return {seen.order_id: name for name, seen in found if seen is not None}
