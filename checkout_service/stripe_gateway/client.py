"""The SDK's client, made once per process and only after fork: connections must not be shared.

Nothing is left to the SDK's defaults: by default it does not retry, waits for 80 seconds and sends
telemetry.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from typing import Final

import stripe

from checkout_service.domain.frozen import frozen
from checkout_service.settings.release import RELEASE

from .transport import BoundedTransport, MakeTransport

API_VERSION: Final[str] = stripe.api_version
"""The version of Stripe's API every call is pinned to: the SDK's own."""


@frozen
class Connection:
    """A client and the transport below it, which keeps the time."""

    client: stripe.StripeClient
    transport: BoundedTransport
    pid: int


@dataclass(slots=True)
class Connector:
    """Makes the connection of this process at its first use.

    Two threads may race to be first; the loser's empty pool is dropped, nothing else happens.
    """

    secret_key: str = field(repr=False)
    api_base: str | None
    context: str | None  # the account that an organisation's key acts on
    connect_timeout: float
    read_timeout: float
    make_transport: MakeTransport = BoundedTransport
    _connection: Connection | None = field(default=None, repr=False)

    def connection(self) -> Connection:
        current = self._connection
        if current is None or current.pid != os.getpid():
            current = self._connection = self._connect()
        return current

    def _connect(self) -> Connection:
        # The SDK's log carries whole bodies at DEBUG and every address at INFO.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        stripe.enable_telemetry = False
        stripe.set_app_info("checkout-service", version=RELEASE)  # Stripe's support sees who calls
        transport = self.make_transport(
            connect_timeout=self.connect_timeout, read_timeout=self.read_timeout
        )
        client = stripe.StripeClient(
            self.secret_key,
            stripe_version=API_VERSION,
            stripe_context=self.context,
            base_addresses={"api": self.api_base} if self.api_base else None,
            max_network_retries=0,  # each call says its own
            http_client=transport,
        )
        return Connection(client, transport, os.getpid())
