"""The parts that speak to Stripe, one a subject, made together: they share connection and limits.

Safe to share between threads; made before fork, they connect after it.
"""

from __future__ import annotations

from collections.abc import Callable

import stripe

from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.frozen import frozen

from .balance import StripeBalance
from .bulkhead import Bulkhead
from .calls import Calls
from .client import Connector
from .customers import StripeCustomers
from .event_reader import StripeEventReader
from .events import StripeEvents
from .intents import StripeIntents
from .portal import StripePortal
from .prices import StripePrices
from .refunds import StripeRefunds
from .renewals import StripeRenewals
from .sessions import StripeSessions
from .transport import BoundedTransport, MakeTransport

BUDGET = 1.0  # all tries of a call together, in read timeouts: nobody waits longer


@frozen
class StripeParts:
    """Each keeps the protocol of its name in `domain.ports`."""

    sessions: StripeSessions
    intents: StripeIntents
    refunds: StripeRefunds
    prices: StripePrices
    customers: StripeCustomers
    portal: StripePortal
    renewals: StripeRenewals
    balance: StripeBalance
    events: StripeEvents
    event_reader: StripeEventReader


def build_stripe(
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
    context: str | None = None,
) -> StripeParts:
    """Build the parts; nothing is connected yet. Timeouts are in seconds.

    `take_read` is called before every read of Stripe, with whether it is urgent; it may wait, or
    raise ReadsSpent. `slots` is how many calls may be in flight at once. `clock` tells when
    something was observed, `real_clock` how old a signature is.
    `reads_charges` is false for a key that need not see charges: its looks cost one read each.
    `context` names the account that an organisation's key acts on.
    Raises ValueError for what must never start: a live key away from Stripe, an empty webhook
    secret.
    """
    if live and api_base not in (None, stripe.DEFAULT_API_BASE):
        raise ValueError("A live key may only talk to Stripe itself.")
    if not all(secret.strip() for secret in webhook_secrets):
        raise ValueError("An empty webhook secret would let anyone sign.")
    real_clock = real_clock or SystemClock()
    clock = clock or real_clock
    timeouts = connect_timeout, read_timeout
    connector = Connector(secret_key, api_base, context, *timeouts, make_transport)
    calls = Calls(connector, Bulkhead(slots), take_read, BUDGET * read_timeout, clock)
    intents = StripeIntents(calls)
    return StripeParts(
        StripeSessions(calls, intents, reads_charges=reads_charges),
        intents,
        StripeRefunds(calls),
        StripePrices(calls, real_clock),
        StripeCustomers(calls),
        StripePortal(calls),
        StripeRenewals(calls),
        StripeBalance(calls),
        StripeEvents(calls),
        StripeEventReader(connector, webhook_secrets, real_clock),
    )
