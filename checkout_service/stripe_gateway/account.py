"""The merchant's account as `doctor` needs it. Its reads are few and outside the shared ceiling.

What a key may write is asked about objects that do not exist: a refusal names the permission, and
nothing can be changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime

import stripe

from checkout_service.domain.clock import SECOND, SystemClock
from checkout_service.domain.errors import GatewayError, StripeRejected, StripeUnavailable
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.account import (
    Endpoint,
    LinkLine,
    LinkView,
    PriceStanding,
    ShippingRate,
    ThinDestination,
    fingerprint,
)

from . import routes
from .bulkhead import Bulkhead
from .calls import Calls, reading
from .client import API_VERSION, Connector
from .event_kinds import LISTED, TYPES
from .failures import BAD_KEY, our_failures
from .fields import (
    Json,
    Malformed,
    flag,
    identifier,
    maybe_object,
    moment,
    number,
    text,
    wants_object,
    word,
)
from .params import Params
from .routes import Route
from .translate import price_view
from .transport import BoundedTransport, MakeTransport

_MARK = "secret_fingerprint"
_SLOTS, _CONNECT_SECONDS, _READ_SECONDS, _BUDGET_SECONDS = 4, 3.05, 10.0, 12.0
_NOBODY = "asked_by_doctor_does_not_exist"
_ONE: Params = {"limit": 1}
_CUSTOMER = f"cus_{_NOBODY}"
_ASKED: tuple[tuple[Route, str | None, Params], ...] = (
    (routes.LIST_SESSIONS, None, _ONE),
    (routes.LIST_LINKS, None, _ONE),
    (routes.LIST_INTENTS, None, _ONE),
    (routes.LIST_DISPUTES, None, _ONE),
    (routes.LIST_EVENTS, None, _ONE),
    (routes.LIST_INVOICE_PAYMENTS, None, _ONE),
    (routes.LIST_PRICES, None, _ONE),
    (routes.LOOK_AT_SHIPPING_RATE, f"shr_{_NOBODY}", {}),
    (routes.EXPIRE_SESSION, f"cs_test_{_NOBODY}", {}),
    (routes.CANCEL_INTENT, f"pi_{_NOBODY}", {}),
    (routes.CREATE_REFUND, None, {"payment_intent": f"pi_{_NOBODY}"}),
    (routes.UPDATE_CUSTOMER, _CUSTOMER, {}),
    (routes.OPEN_PORTAL, None, {"customer": _CUSTOMER}),
)
_PROBES = {probe[0].permission: probe for probe in _ASKED}


@frozen
class StripeAccount:
    """See the protocol for what each promises and raises."""

    calls: Calls
    api_base: str

    @property
    def api_version(self) -> str:
        return API_VERSION

    @property
    def needed_events(self) -> tuple[str, ...]:
        return TYPES

    def time(self) -> int:
        transport = self.calls.connector.connection().transport
        with our_failures("get date", write=False):
            _, _, headers = transport.request("get", self.api_base + routes.LIST_SESSIONS.path, {})
        try:
            return int(parsedate_to_datetime(headers.get("Date", "")).timestamp()) * SECOND
        except (TypeError, ValueError):
            raise StripeUnavailable("Stripe's answer says no date.") from None

    def try_key(self) -> None:
        self.calls.get(routes.LIST_SESSIONS, _ONE, urgent=True)

    def missing(self, permissions: Iterable[str]) -> list[str]:
        return [name for name in permissions if not self._may(*_PROBES[name])]

    def _may(self, route: Route, of: str | None, params: Params) -> bool:
        try:
            if route.method == "get":
                self.calls.get(route, params, of=of, urgent=True)
            else:
                self.calls.post(route, params, of=of)
        except StripeRejected as refusal:
            if refusal.reason == BAD_KEY:
                raise
            return not refusal.permission
        return True

    def endpoints(self) -> tuple[Endpoint, ...]:
        found: list[Endpoint] = []
        for page in self.calls.pages(routes.LIST_ENDPOINTS, {}, urgent=True):
            with reading():
                found += map(_endpoint, page.items)
        return tuple(found)

    def thin_destinations(self) -> tuple[ThinDestination, ...]:
        params: Params = {"include": ["webhook_endpoint.url"], "limit": 100}
        data = self.calls.get(routes.LIST_DESTINATIONS, params, urgent=True)
        with reading():
            items = data.get("data")
            if not isinstance(items, list):
                raise Malformed("data")
            found = [wants_object(item, "data") for item in items]
            return tuple(
                _destination(item) for item in found if item.get("event_payload") == "thin"
            )

    def add_endpoint(self, url: str) -> tuple[Endpoint, str]:
        params: Params = {
            "url": url,
            "enabled_events": list(TYPES),
            "api_version": API_VERSION,
            "description": "Checkout service",
        }
        made = self.calls.post(routes.ADD_ENDPOINT, params)
        with reading(write=True):
            secret = text(made, "secret")
            if secret is None:
                raise Malformed("secret")
            endpoint = _endpoint(made)
        mark = {"metadata": {_MARK: fingerprint(secret)}}
        with suppress(GatewayError):  # the secret must not get lost for want of a mark
            endpoint = self._update(endpoint.id, mark)
        return endpoint, secret

    def fix_endpoint(self, endpoint: Endpoint, url: str) -> Endpoint:
        events = ["*"] if "*" in endpoint.events else sorted(endpoint.events | set(TYPES))
        return self._update(endpoint.id, {"url": url, "enabled_events": events, "disabled": False})

    def switch_off(self, endpoint: Endpoint) -> None:
        self._update(endpoint.id, {"disabled": True})

    def _update(self, name: str, params: Params) -> Endpoint:
        data = self.calls.post(routes.UPDATE_ENDPOINT, params, of=name)
        with reading(write=True):
            return _endpoint(data)

    def undelivered(self, *, created_from: int, created_to: int) -> int:
        created = {"gte": created_from // SECOND, "lte": created_to // SECOND}
        params: Params = {"created": created, "types": list(LISTED), "delivery_success": False}
        return len(self.calls.page(routes.LIST_EVENTS, params, urgent=True).items)

    def link(self, link_id: str) -> LinkView:
        data = self.calls.get(routes.LOOK_AT_LINK, {}, of=link_id, urgent=True)
        lines = self.calls.get(routes.LIST_LINK_LINES, {"limit": 100}, of=link_id, urgent=True)
        with reading():
            return _link(data, lines)

    def price(self, price_id: str) -> PriceStanding:
        try:
            data = self.calls.get(
                routes.LOOK_AT_PRICE, {"expand": ["product"]}, of=price_id, urgent=True
            )
        except StripeRejected as refusal:
            if not refusal.permission:
                raise
            data = self.calls.get(routes.LOOK_AT_PRICE, {}, of=price_id, urgent=True)
        product = data.get("product")
        with reading():
            active = flag(product, "active") if isinstance(product, dict) else None
            return PriceStanding(price_view(data), active)

    def shipping_rate(self, rate_id: str) -> ShippingRate:
        params: Params = {"expand": ["fixed_amount.currency_options"]}
        data = self.calls.get(routes.LOOK_AT_SHIPPING_RATE, params, of=rate_id, urgent=True)
        with reading():
            amount = maybe_object(data.get("fixed_amount"), "fixed_amount")
            options = maybe_object(amount.get("currency_options"), "currency_options")
            currencies = frozenset((word(amount, "currency"), *options))
            return ShippingRate(identifier(data, "id"), flag(data, "active"), currencies)


def build_account(
    *,
    secret_key: str,
    api_base: str | None,
    context: str | None = None,
    make_transport: MakeTransport = BoundedTransport,
) -> StripeAccount:
    """Build the account's door; nothing is connected yet."""
    timeouts = _CONNECT_SECONDS, _READ_SECONDS
    connector = Connector(secret_key, api_base, context, *timeouts, make_transport)
    calls = Calls(connector, Bulkhead(_SLOTS), lambda _urgent: None, _BUDGET_SECONDS, SystemClock())
    return StripeAccount(calls, api_base or stripe.DEFAULT_API_BASE)


def _endpoint(data: Json) -> Endpoint:
    events = data.get("enabled_events")
    if not isinstance(events, list) or not all(isinstance(kind, str) for kind in events):
        raise Malformed("enabled_events")
    return Endpoint(
        id=identifier(data, "id"),
        url=text(data, "url") or "",
        enabled=word(data, "status") == "enabled",
        events=frozenset(events),
        api_version=text(data, "api_version"),
        created=moment(data, "created"),
        mark=text(maybe_object(data.get("metadata"), "metadata"), _MARK),
    )


def _destination(data: Json) -> ThinDestination:
    hook = maybe_object(data.get("webhook_endpoint"), "webhook_endpoint")
    return ThinDestination(
        identifier(data, "id"), text(hook, "url") or "", word(data, "status") == "enabled"
    )


def _link(data: Json, listing: Json) -> LinkView:
    items = listing.get("data")
    if not isinstance(items, list):
        raise Malformed("line_items")
    after = maybe_object(data.get("after_completion"), "after_completion")
    return LinkView(
        id=identifier(data, "id"),
        url=text(data, "url") or "",
        active=flag(data, "active"),
        redirect=text(maybe_object(after.get("redirect"), "redirect"), "url"),
        lines=tuple(map(_line, items)),
        additions=tuple(_additions(data)),
    )


def _additions(link: Json) -> Iterator[str]:
    """Name what may change the amount that the link's line items come to."""
    tax = maybe_object(link.get("automatic_tax"), "automatic_tax")
    if flag(link, "allow_promotion_codes"):
        yield "promotion codes"
    if flag(tax, "enabled"):
        yield "automatic tax"
    if link.get("shipping_options"):
        yield "shipping options"
    if link.get("optional_items"):
        yield "optional items"


def _line(item: object) -> LinkLine:
    line = maybe_object(item, "line_items")
    price = maybe_object(line.get("price"), "price")
    adjustable = maybe_object(line.get("adjustable_quantity"), "adjustable_quantity")
    return LinkLine(price_view(price), number(line, "quantity"), flag(adjustable, "enabled"))
