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
from checkout_service.domain.schedule import Asker
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
        polled, look = self._poll(reference, session_id, source, wait=wait)
        if look is not Look.BUSY or session_id is None or not wait:
            return polled
        # Theirs may be a look for another session, and what becomes of that is not this buyer's.
        known = self._order_of(session_id) is not None
        self.confirm_payment.wait_for_look(polled.order.id, until_final=known)
        return self._poll(reference, session_id, source, wait=wait)[0]

    def _poll(
        self, reference: str, session_id: str | None, source: str, *, wait: bool
    ) -> tuple[LinkPoll, Look]:
        """Look the session up if that is to be had now; return what is known then."""
        with self.database.read() as connection:
            seen = _standing(connection, reference, session_id)
            local = LinkPoll(reference, order_view(connection, seen.order_id))
            new = seen.order_of_session is None
            if session_id is None or (
                local.order.final and not (new and _may_be_paid_again(local.order))
            ):
                return local, Look.DONE
            # Whoever looked at the order a moment ago did not see a session that nobody knows.
            window = 0 if new else WINDOW
            busy = self.look_at_order.is_taken(seen.chance, window=window)
            if busy and not wait:
                return replace(local, retry_after=_SOON), Look.BUSY
            now = self.clock.now()
            free_at = _free_at(connection, reference, seen, session_id, now=now)
            if free_at is not None and free_at > now and not busy:
                # It may have been claimed since the order was read, by one who is looking.
                seen = _standing(connection, reference, session_id)
                local = LinkPoll(reference, order_view(connection, seen.order_id))
                busy = self.look_at_order.is_taken(seen.chance, window=0)
            if free_at is None or (free_at > now and not busy):
                return local, Look.DONE
            if busy:
                return replace(local, retry_after=_SOON), Look.BUSY
        with self.reads.waiting(wait):
            if self.reads.is_spent(seen.chance.reads_free_at):
                return local, Look.CROWDED
            look = self._look(local, seen, session_id, source)
        with self.database.read() as connection:
            order = order_view(connection, seen.order_id)
        return LinkPoll(reference, order, _SOON if look is Look.BUSY else _LATER), look

    def returned(self, references: Sequence[str], session_id: str | None) -> LinkPoll | None:
        """Return where the order stands that a browser comes back for.

        `references` are the ones it was given, newest first. None when there is nothing to tell:
        the session is of none of them. Stripe is asked at most once; a malformed id is no id.
        """
        if session_id is not None and not is_session_id(session_id):
            session_id = None
        with self.database.read() as connection:
            mine = _orders_of(connection, references)
            orders_of = [(n, order_view(connection, o)) for o, n in mine.items()]
        waiting = [n for n, order in orders_of if not order.final]
        if session_id is None:
            best = next(iter([*waiting, *mine.values()]), None)
            return None if best is None else self.poll(best, None, source="return")
        order_id = self._order_of(session_id)
        payable = [*waiting, *(n for n, order in orders_of if _may_be_paid_again(order))]
        if order_id is None and payable:
            polled = self.poll(payable[0], session_id, source="return", wait=True)
            order_id = self._order_of(session_id)
            if order_id is None and polled.order.final and _may_be_paid_again(polled.order):
                return None  # that this one ended unpaid is no answer to who has just paid
            if order_id in (None, polled.order.id):
                return polled
            session_id = None  # it was looked up just now
        if order_id not in mine:
            return None
        return self.poll(mine[order_id], session_id, source="return", wait=True)

    def _look(
        self, local: LinkPoll, seen: link_polls.Standing, session_id: str, source: str
    ) -> Look:
        """Look the session up, unless somebody is at it, or was a moment ago."""
        order_id = local.order.id
        with going_on_without_a_look(log, "poll.no_look", order_id):
            if self._order_of(session_id) is not None:
                return self.look_at_order.look(order_id, source=source, urgent=True, window=WINDOW)
            now, reads = self.clock.now(), seen.chance.reads
            turn = self.database.write(lambda c: self._begin(c, local, session_id, now, reads))
            if turn is None:
                return Look.BUSY
            found: str | None = None
            with self.reads.counted() as count:
                try:
                    with self.reads.booked(turn):
                        found = self._look_up(local.reference, session_id, source, reads)
                finally:
                    # What showed nothing of this order leaves its own sessions no rest.
                    self.look_at_order.end(
                        order_id,
                        lease_until=now + LEASE_MS,
                        reads=count,
                        looked=found == order_id,
                    )
        return Look.DONE

    def _begin(
        self, connection: Transaction, local: LinkPoll, session_id: str, now: int, reads: int
    ) -> int | None:
        """Take the look, the claim and a read of Stripe together, or none of them.

        The claim has a rest of its own, whatever comes of the look. Returns the time at which the
        read may start; None when somebody else looks. Raises ReadsSpent or StaleOrder: whoever is
        sent away has written nothing.
        """
        taken = leases.take_look(
            connection, local.order.id, now=now, for_ms=LEASE_MS, window_ms=0, asker=Asker.BUYER
        )
        if taken is None:
            return None
        until = now + claims.rest(WINDOW, reads)
        if not claims.claim(
            connection, local.reference, session_id, now=now, most=MOST_CLAIMS, until=until
        ):
            raise StaleOrder(local.order.id)  # another claim came in between
        return self.reads.book(connection)

    def _look_up(self, reference: str, session_id: str, source: str, reads: int) -> str | None:
        """Ask Stripe for a session that nobody knows yet; return its order. Raises GatewayError."""
        try:
            snapshot = self.sessions.look(session_id, urgent=True)
        except StripeRejected as refusal:
            log.info("poll.refused", extra={"reason": refusal.reason or refusal.code})
            until = self.clock.now() + claims.rest(MINUTE, reads)
            self.database.write(lambda c: claims.rest_until(c, reference, session_id, until))
            return None
        return self.adopt_session.adopt(snapshot, source=source)

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


def _free_at(
    connection: Transaction,
    reference: str,
    seen: link_polls.Standing,
    session_id: str,
    *,
    now: int,
) -> int | None:
    """Return from when the session may be looked up for this reference; None if never."""
    if seen.order_of_session is not None:
        return now if seen.order_of_session == seen.order_id else None
    return claims.rests_until(connection, reference, session_id, now=now, most=MOST_CLAIMS)


def _may_be_paid_again(order: OrderView) -> bool:
    """True if the order is unpaid for us, so that a session nobody knows may have paid it.

    A link can be paid again after a try that failed, or after we gave its order up.
    """
    return order.status in UNPAID and not order.holds


def _orders_of(connection: Transaction, references: Sequence[str]) -> dict[str, str]:
    """Map the orders of these references to them, keeping their order."""
    found = ((name, link_polls.standing(connection, name, None)) for name in references)
    return {seen.order_id: name for name, seen in found if seen is not None}
