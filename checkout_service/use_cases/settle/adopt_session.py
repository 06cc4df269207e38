"""A completed session of one of our Payment Links finds its order, or becomes one of its own.

The reference is a claim anybody can type into a link's address: on another link than its order's
it pays nothing for that order, and its money is held as an order of the link that was paid.
"""

from __future__ import annotations

import logging

from checkout_service.domain.catalog import Catalog, PaymentLink
from checkout_service.domain.errors import InvalidInput, StripeRejected
from checkout_service.domain.facts.fact import facts_of_look
from checkout_service.domain.facts.snapshots import SessionView, Snapshot
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_reference
from checkout_service.domain.money import in_words
from checkout_service.domain.order import changes
from checkout_service.domain.order.changes import Change, unchanged
from checkout_service.domain.status import Hold
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.order_lookup import find_order
from checkout_service.use_cases.checkout.start_link import LinkDraft, StartLink

from .settle_order import Case, SettleOrder

log = logging.getLogger(__name__)


@frozen
class AdoptSession:
    database: Database
    catalog: Catalog
    settle_order: SettleOrder
    start_link: StartLink

    def adopt(self, snapshot: Snapshot, *, source: str) -> str | None:
        """Settle the order this session belongs to; return its id, or None if it is not ours."""
        view = snapshot.session
        if view is None:
            return None
        case = Case(source, facts_of_look(snapshot))
        with self.database.read() as connection:
            order_id = find_order(connection, view)
        if order_id is not None:
            self.settle_order.settle(Case(source, case.facts, order_id))
            return order_id
        link = self.catalog.link_of_stripe(view.payment_link or "")
        if link is None or view.status != "complete":
            return None
        return self._order_of_its_own(link, view, case)

    def _order_of_its_own(self, link: PaymentLink, view: SessionView, case: Case) -> str:
        """Write the order and its payment down together: half of it would lose the hold."""
        nonce = f"session:{view.id}"
        draft, priced = self._draft(link, view, nonce)

        def adopt(connection: Transaction) -> str:
            self.start_link.insert(connection, draft)
            order_id = str(orders.order_by_nonce(connection, nonce))
            attempt = orders.attempts_of(connection, order_id)[0]
            change = _hold_for(connection, link, view, attempt.id, priced=priced)
            self.settle_order.settle_in(
                connection, Case(case.source, case.facts, order_id, change=change)
            )
            return order_id

        return self.database.write(adopt)

    def _draft(self, link: PaymentLink, view: SessionView, nonce: str) -> tuple[LinkDraft, bool]:
        """Plan the order by what its price was; without one, by what was paid, to be held.

        The money is here: a price that was archived or deleted meanwhile must not lose the sale.
        """
        reference = view.client_reference_id
        try:
            return self.start_link.draft(link, nonce=nonce, reference=reference, sold=True), True
        except (InvalidInput, StripeRejected) as error:
            log.warning("link.price_unknown", extra={"link": link.id, "reason": error.code})
            draft = self.start_link.draft_of_sale(link, view, nonce=nonce)
            return draft, False


def _hold_for(
    connection: Transaction, link: PaymentLink, view: SessionView, attempt_id: str, *, priced: bool
) -> Change:
    """Hold a sale whose reference is another order's, or whose price nobody can tell any more."""
    if _is_of_another(connection, view.client_reference_id, attempt_id):
        return changes.hold(
            Hold.WRONG_LINK,
            attempt_id,
            expected="the link that this reference was handed out for",
            seen=link.stripe_payment_link,
        )
    if priced:
        return unchanged
    return changes.hold(
        Hold.AMOUNT_MISMATCH,
        attempt_id,
        expected=f"the price {link.price}, which cannot be read any more",
        seen=in_words(view.amount_total, view.currency),
    )


def _is_of_another(connection: Transaction, reference: str | None, attempt_id: str) -> bool:
    """True if we handed this reference to another order."""
    if reference is None or not is_reference(reference):
        return False
    found = orders.attempt_by_reference(connection, reference, other_than=attempt_id)
    return found is not None
