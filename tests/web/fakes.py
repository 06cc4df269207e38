"""A shop in memory behind the real web floor: the use cases' look-alike for tests of HTTP alone.

It knows the promises, not the rules. Journeys run on the real use cases and the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, NoReturn

from checkout_service.domain import ids
from checkout_service.domain.catalog import Catalog, Price, Product
from checkout_service.domain.errors import (
    BadEvent,
    DatabaseUnavailable,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    MoneyInFlight,
    NotFound,
    OrderCanceled,
    OrderPaid,
)
from checkout_service.domain.order.cart import Cart, price_lines
from checkout_service.domain.ports.prices import PriceView
from checkout_service.domain.status import SETTLED, OrderStatus
from checkout_service.domain.views.orders import LineView, OrderView, SessionAnswer
from checkout_service.use_cases.checkout.admit import Admit, everyone, prices_of
from checkout_service.use_cases.checkout.hold_idempotency import Replay, Ticket
from checkout_service.use_cases.checkout.list_products import PriceTag, ProductView
from checkout_service.use_cases.checkout.start_link import LinkOffer

PRODUCTS = (
    ProductView("poster", "Poster", "A2, matte", (PriceTag("poster-usd", "usd", 2500, None, 20),)),
    ProductView("cloth", "Furoshiki", "Indigo", (PriceTag("cloth-jpy", "jpy", 1800, None, 10),)),
    ProductView(
        "almanac",
        "Almanac",
        "",
        (
            PriceTag("almanac-month", "eur", 900, {"interval": "month", "interval_count": 1}, 1),
            PriceTag("almanac-year", "eur", 9000, {"interval": "year", "interval_count": 1}, 1),
        ),
    ),
)
CATALOG = Catalog(
    tuple(
        Product(
            shown.id,
            shown.name,
            shown.description,
            tuple(
                Price(
                    tag.id,
                    shown.id,
                    shown.name,
                    shown.description,
                    tag.currency,
                    tag.unit_amount,
                    tag.max_quantity,
                )
                for tag in shown.prices
            ),
        )
        for shown in PRODUCTS
    )
)
PAY_PAGE = "https://checkout.stripe.com/c/pay/"


def an_order(**changes: Any) -> OrderView:
    """Make an order of two posters."""
    order = OrderView(
        id=ids.new_id("ord"),
        status=OrderStatus.PENDING,
        fulfilled=False,
        amount_total=5000,
        amount_paid=0,
        amount_refunded=0,
        currency="usd",
        holds=(),
        livemode=False,
        created_at=1_790_000_000_000,
        items=(LineView("poster-usd", "Poster", 2, 2500, 5000),),
        client_reference_id="A-17",
        metadata={"till": "3"},
        customer_email="buyer@example.com",
    )
    return replace(order, **changes)


@dataclass
class FakeHold:
    kept: dict[tuple[str, str], tuple[str, int, bytes]] = field(default_factory=dict)
    running: dict[tuple[str, str], str] = field(default_factory=dict)
    freed: list[str] = field(default_factory=list)

    def begin(self, *, scope: str, key: str, fingerprint: str) -> Ticket | Replay:
        place = (scope, key)
        if place in self.running:
            raise IdempotencyInProgress
        if place in self.kept:
            known, status, body = self.kept[place]
            if known != fingerprint:
                raise IdempotencyKeyReused
            return Replay(status, body)
        self.running[place] = fingerprint
        return Ticket(scope, key, f"non_{scope} {key}")

    def keep(self, ticket: Ticket, status: int, body: bytes) -> None:
        place = (ticket.scope, ticket.key)
        self.kept[place] = (self.running.pop(place), status, body)

    def free(self, ticket: Ticket) -> None:
        self.running.pop((ticket.scope, ticket.key))
        self.freed.append(ticket.key)


@dataclass
class FakeStart:
    shop: FakeShop

    def start(
        self,
        cart: Cart,
        *,
        nonce: str | None,
        caller: str = "public",
        admit: Admit = everyone,
    ) -> SessionAnswer:
        self.shop.asked.append((cart, nonce, caller))
        self.shop.fail_if_told()
        lines = price_lines(cart, CATALOG, self.shop.stripe_price)
        if nonce in self.shop.by_nonce:
            return self.again(self.shop.by_nonce[nonce])
        admit(prices_of(lines))
        answer = self.shop.add(an_order())
        if nonce is not None:
            self.shop.by_nonce[nonce] = answer.order.id
        return answer

    def order_of(self, nonce: str) -> str | None:
        return self.shop.by_nonce.get(nonce)

    def again(self, order_id: str, *, admit: Admit = everyone) -> SessionAnswer:
        self.shop.fail_if_told()
        order = self.shop.order(order_id)
        if order.status in SETTLED:
            raise OrderPaid
        if order.status is OrderStatus.PROCESSING:
            raise MoneyInFlight
        if order.status is OrderStatus.CANCELED:
            raise OrderCanceled
        return self.shop.sessions[str(order.checkout_session)]


@dataclass
class FakeConfirm:
    shop: FakeShop

    def by_session(self, session_id: str, *, source: str, wait: bool = False) -> SessionAnswer:
        self.shop.fail_if_told()
        if session_id not in self.shop.sessions:
            raise NotFound
        return self.shop.sessions[session_id]

    def by_order(self, order_id: str, *, source: str, wait: bool = False) -> OrderView:
        self.shop.fail_if_told()
        return self.shop.order(order_id)


@dataclass
class FakeRead:
    shop: FakeShop

    def open_url(self, order_id: str) -> str | None:
        return self.shop.sessions[str(self.shop.order(order_id).checkout_session)].url


@dataclass
class FakeList:
    shop: FakeShop
    catalog: Catalog = CATALOG

    def list(self) -> tuple[ProductView, ...]:
        self.shop.fail_if_told()
        return PRODUCTS


@dataclass
class FakeLinks:
    shop: FakeShop
    offered: tuple[LinkOffer, ...] = ()

    def offers(self) -> tuple[LinkOffer, ...]:
        return self.offered


@dataclass
class FakeShop:
    """Stands where `UseCases` stands. `failure` is raised by whatever is asked next."""

    sessions: dict[str, SessionAnswer] = field(default_factory=dict)
    by_nonce: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[Cart, str | None, str]] = field(default_factory=list)
    events: list[tuple[bytes, str | None]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failure: Exception | None = None
    pay_page: str = PAY_PAGE
    hold_idempotency: FakeHold = field(default_factory=FakeHold)

    def __post_init__(self) -> None:
        self.start_checkout = FakeStart(self)
        self.confirm_payment = FakeConfirm(self)
        self.read_orders = FakeRead(self)
        self.start_link = FakeLinks(self)
        self.list_products = FakeList(self)
        self.admin = SimpleNamespace(metrics=SimpleNamespace(read=self._no_metrics))
        self.expire_session = SimpleNamespace(expire=self._expire)
        self.receive_event = SimpleNamespace(receive=self._receive)
        self.check_readiness = SimpleNamespace(check=lambda: self.missing)

    def fail_if_told(self) -> None:
        if self.failure is not None:
            raise self.failure

    def stripe_price(self, price_id: str) -> PriceView:
        raise NotFound

    def _no_metrics(self) -> NoReturn:
        """Stand for a database that is away."""
        raise DatabaseUnavailable

    def add(self, order: OrderView, **changes: Any) -> SessionAnswer:
        session_id = "cs_test_" + ids.new_id("a").removeprefix("a_")
        answer = SessionAnswer(
            id=session_id,
            url=self.pay_page + session_id,
            status="open",
            payment_status="unpaid",
            expires_at=1_790_086_400_000,
            order=replace(order, checkout_session=session_id),
        )
        self.sessions[session_id] = replace(answer, **changes)
        return self.sessions[session_id]

    def move(self, session_id: str, **changes: Any) -> None:
        """Change the order behind a session."""
        answer = self.sessions[session_id]
        self.sessions[session_id] = replace(answer, order=replace(answer.order, **changes))

    def order(self, order_id: str) -> OrderView:
        for answer in self.sessions.values():
            if answer.order.id == order_id:
                return answer.order
        raise NotFound

    def _expire(self, session_id: str) -> SessionAnswer:
        answer = self.confirm_payment.by_session(session_id, source="close")
        if answer.order.status in SETTLED:
            raise OrderPaid
        self.move(session_id, status=OrderStatus.EXPIRED)
        return replace(self.sessions[session_id], status="expired", url=None)

    def _receive(self, body: bytes, signature: str | None) -> None:
        self.fail_if_told()
        if signature != "good":
            raise BadEvent("the signature does not match")
        self.events.append((body, signature))
