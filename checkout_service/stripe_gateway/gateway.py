"""Stripe in our words: the whole of `domain.gateway.PaymentGateway`, and nothing of the SDK.

Safe to share between threads; made before fork, it connects after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import stripe

from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.errors import BadEvent
from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import IncomingEvent, Snapshot
from checkout_service.domain.ports.gateway import (
    IntentRequest,
    PriceView,
    RefundRequest,
    SessionRequest,
)

from .bulkhead import Bulkhead
from .calls import Calls
from .client import Connector
from .event_shape import read_event
from .events import Events
from .intents import Intents
from .prices import Prices
from .sessions import Sessions
from .signature import verify
from .transport import BoundedTransport, MakeTransport

BUDGET = 1.0  # all tries of a call together, in read timeouts: nobody waits longer


@dataclass(frozen=True, slots=True)
class StripeGateway:
    """See the protocol for what each promises and raises."""

    sessions: Sessions
    intents: Intents
    prices: Prices
    events: Events
    connector: Connector
    webhook_secrets: tuple[str, ...] = field(repr=False)
    real_clock: Clock

    def open_session(self, request: SessionRequest) -> Fact:
        return self.sessions.open(request)

    def close_session(self, session_id: str, *, idempotency_key: str) -> Fact | None:
        return self.sessions.close(session_id, idempotency_key)

    def look_at_session(self, session_id: str, *, urgent: bool) -> Snapshot:
        return self.sessions.look(session_id, urgent=urgent)

    def find_sessions(
        self,
        *,
        created_from: int | None = None,
        created_to: int | None = None,
        payment_link: str | None = None,
        status: str | None = None,
        whole: bool = False,
    ) -> Iterator[Snapshot]:
        return self.sessions.find(created_from, created_to, payment_link, status, whole=whole)

    def open_intent(self, request: IntentRequest) -> tuple[Fact, str | None]:
        return self.intents.open(request)

    def client_secret(self, intent_id: str) -> str:
        return self.intents.client_secret(intent_id)

    def update_intent(self, intent_id: str, *, amount: int, idempotency_key: str) -> Fact:
        return self.intents.update(intent_id, amount, idempotency_key)

    def close_intent(
        self, intent_id: str, *, idempotency_key: str, reason: str | None
    ) -> Fact | None:
        return self.intents.close(intent_id, idempotency_key, reason)

    def capture_intent(
        self, intent_id: str, *, amount: int | None, idempotency_key: str, request_id: str
    ) -> Fact | None:
        return self.intents.capture(intent_id, amount, idempotency_key, request_id)

    def look_at_intent(self, intent_id: str, *, urgent: bool) -> Snapshot:
        return self.intents.look(intent_id, urgent=urgent)

    def find_intents(self, *, created_from: int, created_to: int) -> Iterator[Snapshot]:
        return self.intents.find(created_from, created_to)

    def refund(self, request: RefundRequest) -> Fact:
        return self.intents.refund(request)

    def find_refunds(self, intent_id: str) -> Iterator[Fact]:
        return self.intents.find_refunds(intent_id)

    def price(self, price_id: str) -> PriceView:
        return self.prices.price(price_id)

    def events_since(self, created_from: int, *, undelivered: bool) -> Iterator[IncomingEvent]:
        return self.events.since(created_from, undelivered=undelivered)

    def read_signed_event(self, body: bytes, signature: str | None) -> IncomingEvent:
        now = self.real_clock.now()
        text, signed_at = verify(body, signature, self.webhook_secrets, now=now)
        return replace(self._event(text, body), signed_at=signed_at)

    def read_event(self, body: bytes) -> IncomingEvent:
        try:
            return self._event(body.decode("utf-8"), body)
        except UnicodeDecodeError:
            raise BadEvent("the body is not UTF-8") from None

    def _event(self, text: str, body: bytes) -> IncomingEvent:
        return read_event(text, body, self.connector.connection().client)


def build_gateway(
    *,
    secret_key: str,
    webhook_secrets: tuple[str, ...],
    api_base: str | None,
    take_read: Callable[[bool], None],
    slots: int,
    live: bool,
    connect_timeout: float = 3.05,
    read_timeout: float = 10.0,
    clock: Clock | None = None,
    real_clock: Clock | None = None,
    reads_charges: bool = True,
    make_transport: MakeTransport = BoundedTransport,
) -> StripeGateway:
    """Build the gateway; nothing is connected yet. Timeouts are in seconds.

    `take_read` is called before every read of Stripe, with whether it is urgent; it may wait, or
    raise ReadsSpent. `slots` is how many calls may be in flight at once. `clock` tells when
    something was observed, `real_clock` how old a signature is.
    `reads_charges` is false for a key that need not see charges: its looks cost one read each.
    Raises ValueError for what must never start: a live key away from Stripe, an empty webhook
    secret.
    """
    if live and api_base not in (None, stripe.DEFAULT_API_BASE):
        raise ValueError("A live key may only talk to Stripe itself.")
    if not all(secret.strip() for secret in webhook_secrets):
        raise ValueError("An empty webhook secret would let anyone sign.")
    real_clock = real_clock or SystemClock()
    clock = clock or real_clock
    connector = Connector(secret_key, api_base, connect_timeout, read_timeout, make_transport)
    calls = Calls(connector, Bulkhead(slots), take_read, BUDGET * read_timeout, clock)
    intents = Intents(calls)
    return StripeGateway(
        Sessions(calls, intents, reads_charges=reads_charges),
        intents,
        Prices(calls, real_clock),
        Events(calls),
        connector,
        webhook_secrets,
        real_clock,
    )
