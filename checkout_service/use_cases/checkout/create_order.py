"""Write an order down before Stripe is asked: its lines, its terms, and a first draft attempt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from checkout_service.domain import ids
from checkout_service.domain.catalog import Catalog
from checkout_service.domain.catalog.branding import Branding
from checkout_service.domain.catalog.options import CheckoutOptions
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import Cart, currency_of, mode_of, price_lines
from checkout_service.domain.order.ledger import AUTOMATIC, DISCOUNT, SETUP
from checkout_service.domain.order.line import Line
from checkout_service.domain.ports.prices import Prices
from checkout_service.domain.session import (
    HOSTED,
    adjustable_by,
    drawable,
    faults_of,
    fitting,
    is_managed,
    laid_over,
    undrawable,
    unfit,
)
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus
from checkout_service.storage import orders
from checkout_service.storage.customers import BY_EMAIL
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.as_written import NewOrder, as_written
from checkout_service.storage.ledger.new_orders import OrderRows
from checkout_service.storage.rooms import text_of
from checkout_service.use_cases.settle.write_together import WriteTogether

from .admit import Admit, everyone, prices_of
from .find_customer import MADE, FindCustomer
from .offer_room import OfferRoom


@frozen
class CreateOrder:
    database: Database
    prices: Prices
    clock: Clock
    catalog: Catalog
    public_base_url: str
    live: bool
    sweep_interval: int  # milliseconds
    intent_life: int  # milliseconds
    find_customer: FindCustomer
    branding: Branding
    together: WriteTogether

    def known(self, nonce: str | None) -> str | None:
        """Name the order this nonce made before."""
        if nonce is None:
            return None
        with self.database.read() as connection:
            return orders.order_by_nonce(connection, nonce)

    def create(
        self, cart: Cart, *, kind: AttemptKind, nonce: str | None, admit: Admit = everyone
    ) -> tuple[str, NewOrder | None]:
        """Price the cart and write the order down; the same nonce is the same order.

        Returns its id, and what was written: None where another request was first. Raises
        InvalidInput, what `admit` raises, and GatewayError when a price of Stripe's cannot be read.
        """
        lines = self.price(cart, kind)
        check_session(cart, kind, mode_of(lines))
        if cart.capture != AUTOMATIC and mode_of(lines) != "payment":
            raise InvalidInput([Fault("capture", "only a payment can be captured later")])
        admit(prices_of(lines))
        cart = self.find_customer.whose(cart, kind, mode_of(lines), nonce=nonce)
        order_id = ids.new_id("ord")
        order = self._row(order_id, cart, kind, lines) | {"nonce": nonce or ids.new_id("non")}
        reference = cart.client_reference_id or order_id
        attempt = self._attempt(
            order_id,
            seq=1,
            kind=kind,
            reference=reference if kind is AttemptKind.SESSION else None,
        )
        rows = OrderRows(order, lines, attempt)
        if self.together.insert(rows):
            return order_id, as_written(rows)
        return self.known(nonce) or order_id, None

    def price(self, cart: Cart, kind: AttemptKind) -> tuple[Line, ...]:
        lines = price_lines(cart, self.catalog, self.prices.price)
        if kind is AttemptKind.INTENT and mode_of(lines) != "payment":
            raise InvalidInput([Fault("items", f"mode {mode_of(lines)} needs a checkout session")])
        if kind is AttemptKind.INTENT and not sum(line.amount for line in lines):
            raise InvalidInput([Fault("items", "what is free needs a checkout session")])
        return lines

    def prices_of(self, order_id: str) -> list[str]:
        """Name the catalog's prices that an order is made of."""
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
            if order is None:
                return []
            return prices_of(orders.lines_of(connection, order_id, order.currency))

    def next_attempt(
        self,
        connection: Transaction,
        order_id: str,
        *,
        seq: int,
        kind: AttemptKind,
        reference: str | None,
    ) -> bool:
        """Draft another attempt; False if somebody else just did."""
        attempt = self._attempt(order_id, seq=seq, kind=kind, reference=reference)
        return orders.insert_attempt(connection, attempt)

    def _attempt(
        self, order_id: str, *, seq: int, kind: AttemptKind, reference: str | None
    ) -> dict[str, Any]:
        attempt_id, now = ids.new_id("att"), self.clock.now()
        ends_at = now + self.intent_life if kind is AttemptKind.INTENT else None
        return {
            "id": attempt_id,
            "order_id": order_id,
            "seq": seq,
            "kind": kind.value,
            "state": AttemptState.DRAFT.value,
            "idempotency_key": attempt_id,
            "reference": reference,
            "expires_at": ends_at,
            "created_at": now,
        }

    def _row(
        self, order_id: str, cart: Cart, kind: AttemptKind, lines: Sequence[Line]
    ) -> dict[str, Any]:
        base, now = self.public_base_url, self.clock.now()
        return {
            "id": order_id,
            "flow": kind.value,
            "status": OrderStatus.PENDING.value,
            "livemode": self.live,
            "capture": cart.capture,
            "client_reference_id": cart.client_reference_id,
            "metadata": json.dumps(dict(cart.metadata)),
            "customer_email": cart.customer_email,
            "locale": self._locale_of(cart),
            "success_url": cart.success_url
            or f"{base}/checkout/success?session_id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": cart.cancel_url or f"{base}/checkout/cancel?order={order_id}",
            "created_at": now,
            "updated_at": now,
            "look_due_at": now + self.sweep_interval,
        } | self.terms(cart, kind, lines)

    def terms(self, cart: Cart, kind: AttemptKind, lines: Sequence[Line]) -> dict[str, Any]:
        """Return the columns of an order that say what is agreed, beside its lines."""
        agreed = {
            "amount_total": sum(line.amount for line in lines),
            "currency": currency_of(cart, lines),
            "mode": mode_of(lines),
        }
        if kind is AttemptKind.INTENT:
            return agreed | {"options": _said({"customer": cart.customer, BY_EMAIL: cart.by_email})}
        return agreed | self._options(cart, lines)

    def _options(self, cart: Cart, lines: Sequence[Line]) -> dict[str, Any]:
        options, mode = self.catalog.options, mode_of(lines)
        shared = drawable(fitting(options.session, mode), cart.ui_mode)
        session = self.branding.over(
            laid_over(shared, cart.session), ui_mode=cart.ui_mode, locale=self._locale_of(cart)
        )
        if mode == SETUP:
            return _saving(options, session, cart)
        session, room = OfferRoom(self.prices, self.catalog).of(cart, lines, session, mode)
        options = options.of_stripes_own() if is_managed(session) else options
        what = lines[0].currency, mode
        codes = {DISCOUNT} if cart.allow_promotion_codes else set()
        adjustable = options.adjustable(*what) | codes | adjustable_by(session)
        asked = {
            "products": self.products(lines),
            "allow_promotion_codes": cart.allow_promotion_codes or options.promotion_codes,
            "automatic_tax": options.automatic_tax,
            "tax_behavior": options.tax_behavior,
            "tax_behaviors": {
                str(place): line.tax_behavior
                for place, line in enumerate(lines)
                if line.tax_behavior
            },
            "shipping_countries": list(options.shipping_countries),
            "shipping_options": [asdict(option) for option in options.shipping_for(*what)],
            # Its link leads to a page of Stripe's.
            "recovery": cart.ui_mode == HOSTED and options.recovery,
            "expires_after": options.expires_after,
            "session": session,
            BY_EMAIL: cart.by_email,
            **_page_of(cart),
        }
        due = {} if room is None else {"amount_total": room.opening[-1], "room": text_of(room)}
        return due | {"adjustable": ",".join(sorted(adjustable)), "options": _said(asked)}

    def _locale_of(self, cart: Cart) -> str | None:
        return cart.locale or self.catalog.options.locale or cart.page_locale

    def products(self, lines: Sequence[Line]) -> dict[str, Any]:
        """Note what Stripe is told of the products, by price: a repeat must be equal."""
        found = {line.price: self.catalog.product_of(line.price) for line in lines if line.price}
        words = {price: product.for_stripe() for price, product in found.items() if product}
        return {price: said for price, said in words.items() if said}


def _page_of(cart: Cart) -> dict[str, str | None]:
    """Note where the session is paid; nothing needs to be said of Stripe's own page."""
    return {
        "ui_mode": None if cart.ui_mode == HOSTED else cart.ui_mode,
        "redirect_on_completion": cart.redirect_on_completion,
    }


def _saving(options: CheckoutOptions, session: dict[str, object], cart: Cart) -> dict[str, Any]:
    """Note how a way to pay is saved: with a customer, who alone can be charged by it later."""
    made = {} if {"customer", "customer_account"} & set(session) else MADE
    asked = {
        "expires_after": options.expires_after,
        "session": {**made, **session},
        BY_EMAIL: cart.by_email,
        **_page_of(cart),
    }
    return {"options": _said(asked)}


def _said(asked: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in asked.items() if value})


def check_session(cart: Cart, kind: AttemptKind, mode: str) -> None:
    """Refuse what an order cannot hand through to Stripe's page. Raises InvalidInput."""
    if not cart.session:
        return
    if kind is not AttemptKind.SESSION:
        raise InvalidInput([Fault("session", "it belongs to the flow checkout_session")])
    faults = [
        *faults_of(cart.session, "session"),
        *unfit(cart.session, mode, "session"),
        *undrawable(cart.session, cart.ui_mode, "session"),
    ]
    if cart.customer_email and "customer" in cart.session:
        faults.append(("customer_email", "Stripe takes it or a customer, not both"))
    if cart.allow_promotion_codes and "discounts" in cart.session:
        faults.append(("allow_promotion_codes", "Stripe takes it or discounts, not both"))
    if faults:
        raise InvalidInput([Fault(place, why) for place, why in faults])
