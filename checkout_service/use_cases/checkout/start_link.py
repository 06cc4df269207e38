"""Way in 3: a pending order with an unguessable reference, and the Payment Link that carries it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from checkout_service.domain import ids
from checkout_service.domain.catalog import Catalog, PaymentLink
from checkout_service.domain.clock import DAY, Clock
from checkout_service.domain.errors import CheckoutError, Fault, InvalidInput, NotFound
from checkout_service.domain.facts.snapshots import SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import line_of
from checkout_service.domain.order.line import Line
from checkout_service.domain.ports.prices import Prices
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus
from checkout_service.domain.views.orders import LinkAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.new_orders import insert_order
from checkout_service.use_cases.orders.answer import order_view

log = logging.getLogger(__name__)


LINK_LIFE = 2 * DAY  # a link can be opened late; money that comes later still is welcome


@frozen
class LinkOffer:
    """A Payment Link as the shop shows it."""

    id: str
    line: Line
    image: str | None = None


@frozen
class LinkDraft:
    """An order of a link, ready to be written down."""

    order: dict[str, Any]
    attempt: dict[str, Any]
    line: Line


@frozen
class StartLink:
    database: Database
    prices: Prices
    clock: Clock
    catalog: Catalog
    live: bool
    sweep_interval: int  # milliseconds

    def start(self, link_id: str, *, nonce: str) -> LinkAnswer:
        """Make the pending order of a Payment Link; the same nonce is the same order.

        Raises NotFound for an unknown link. Never calls Stripe, unless the price is Stripe's.
        """
        draft = self.draft(self._link(link_id), nonce=nonce, reference=ids.new_id("ref"))
        self.database.write_at_once(lambda c: self.insert(c, draft))
        return self.known(nonce)

    def known(self, nonce: str) -> LinkAnswer:
        """Describe the order this nonce made. Raises NotFound."""
        with self.database.read() as connection:
            order_id = orders.order_by_nonce(connection, nonce)
            if order_id is None:
                raise NotFound
            attempt = orders.attempts_of(connection, order_id)[0]
            order = order_view(connection, order_id)
        link = self.catalog.link_of_stripe(attempt.link_id or "")
        if link is None or attempt.reference is None:
            raise NotFound
        return LinkAnswer(with_reference(link.url, attempt.reference), attempt.reference, order)

    def resume(self, link_id: str, references: Iterable[str]) -> LinkAnswer | None:
        """Return the first of these references' orders that still waits to be paid by this link.

        An order whose price the catalog has changed since is left alone: its payment would not
        match. Raises NotFound for an unknown link.
        """
        link = self._link(link_id)
        line = self._line(link)
        with self.database.read() as connection:
            for reference in references:
                attempt = orders.attempt_by_reference(connection, reference)
                if attempt is None or attempt.link_id != link.stripe_payment_link:
                    continue
                order = order_view(connection, attempt.order_id)
                same = (order.amount_total, order.currency) == (line.amount, line.currency)
                if same and order.status is OrderStatus.PENDING and not order.holds:
                    return LinkAnswer(with_reference(link.url, reference), reference, order)
        return None

    def address(self, link_id: str) -> str:
        """Return the bare address of a link. Raises NotFound."""
        return self._link(link_id).url

    def price_of(self, link_id: str) -> str:
        """Name the price a link sells. Raises NotFound."""
        return self._link(link_id).price

    def offers(self) -> tuple[LinkOffer, ...]:
        """List what the links sell; one whose price cannot be told right now is left out."""
        offers: list[LinkOffer] = []
        for link in self.catalog.payment_links:
            try:
                offers.append(LinkOffer(link.id, self._line(link), self._image(link)))
            except CheckoutError as error:
                log.warning("link.not_offered", extra={"link": link.id, "reason": error.code})
        return tuple(offers)

    def draft(
        self, link: PaymentLink, *, nonce: str, reference: str | None, sold: bool = False
    ) -> LinkDraft:
        """Plan an order of this link, outside any transaction.

        `sold` says that it was paid already, at a price that may be archived by now. Raises
        InvalidInput, and GatewayError when a price of Stripe's cannot be read.
        """
        return self._plan(link, self._line(link, sold=sold), nonce, reference)

    def draft_of_sale(self, link: PaymentLink, view: SessionView, *, nonce: str) -> LinkDraft:
        """Plan an order by what was paid, for a sale whose price cannot be told any more."""
        line = Line(
            price=link.price,
            name=link.name or link.id,
            description="",
            quantity=1,
            unit_amount=view.amount_subtotal,
            currency=view.currency,
        )
        return self._plan(link, line, nonce, view.client_reference_id)

    def _plan(self, link: PaymentLink, line: Line, nonce: str, reference: str | None) -> LinkDraft:
        now = self.clock.now()
        order_id, attempt_id = ids.new_id("ord"), ids.new_id("att")
        order = {
            "id": order_id,
            "nonce": nonce,
            "flow": AttemptKind.LINK.value,
            "status": OrderStatus.PENDING.value,
            "amount_total": line.amount,
            "currency": line.currency,
            "livemode": self.live,
            "mode": "subscription" if line.recurring else "payment",
            "adjustable": ",".join(sorted(link.adjustable)),
            "client_reference_id": reference,
            "created_at": now,
            "updated_at": now,
            "look_due_at": now + self.sweep_interval,
        }
        attempt = {
            "id": attempt_id,
            "order_id": order_id,
            "seq": 1,
            "kind": AttemptKind.LINK.value,
            "state": AttemptState.OPEN.value,
            "idempotency_key": attempt_id,
            "link_id": link.stripe_payment_link,
            "reference": reference,
            "expires_at": now + LINK_LIFE,
            "created_at": now,
        }
        return LinkDraft(order, attempt, line)

    def insert(self, connection: Transaction, draft: LinkDraft) -> None:
        """Write a planned order down, unless its nonce has made one before."""
        insert_order(connection, draft.order, [draft.line], draft.attempt)

    def _link(self, link_id: str) -> PaymentLink:
        link = self.catalog.link(link_id)
        if link is None:
            raise NotFound
        return link

    def _line(self, link: PaymentLink, *, sold: bool = False) -> Line:
        faults: list[Fault] = []
        price = self.catalog.price(link.price)
        line = price and line_of(price, link.quantity, self.prices.price, "link", faults, sold=sold)
        if not line:
            raise InvalidInput(faults or [Fault("link", "its price is unknown")])
        return replace(line, name=link.name or line.name)

    def _image(self, link: PaymentLink) -> str | None:
        product = self.catalog.product_of(link.price)
        return None if product is None else product.image


def with_reference(url: str, reference: str) -> str:
    """Add the reference to a Payment Link's address, keeping what it carries already."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("client_reference_id", reference)]
    return urlunsplit(parts._replace(query=urlencode(query)))
