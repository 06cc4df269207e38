"""Reading an event's bytes: once at the webhook's door, and again from the inbox. Asks nobody."""

from __future__ import annotations

from dataclasses import field

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import BadEvent
from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.frozen import frozen
from checkout_service.domain.replaced import replace

from .client import Connector
from .event_shape import read_event
from .signature import verify


@frozen
class StripeEventReader:
    """See the protocol for what each promises and raises."""

    connector: Connector
    webhook_secrets: tuple[str, ...] = field(repr=False)
    real_clock: Clock

    def read_signed(self, body: bytes, signature: str | None) -> IncomingEvent:
        now = self.real_clock.now()
        text, signed_at = verify(body, signature, self.webhook_secrets, now=now)
        return replace(self._event(text, body), signed_at=signed_at)

    def read(self, body: bytes) -> IncomingEvent:
        try:
            return self._event(body.decode("utf-8"), body)
        except UnicodeDecodeError:
            raise BadEvent("the body is not UTF-8") from None

    def _event(self, text: str, body: bytes) -> IncomingEvent:
        return read_event(text, body, self.connector.connection().client)
