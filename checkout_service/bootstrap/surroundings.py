"""What the product stands on: time, Stripe's wire, the merchant's backend, threads of its own.

Each is the real one unless somebody brings another, to tell a whole story in one process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import Receiver
from checkout_service.merchant_gateway import build_receivers
from checkout_service.settings import Settings
from checkout_service.storage.watch import Watch, unwatched
from checkout_service.stripe_gateway import BoundedTransport, MakeTransport

from .tracing import receiver_of, transport_of


def _real_receivers(settings: Settings) -> tuple[Receiver, ...]:
    return build_receivers(
        settings.receivers,
        allow_private=settings.notify_allow_private,
        live=settings.live,
        at_once=settings.deliver_at_most,
        kind=receiver_of(),
    )


@frozen
class Surroundings:
    """`clock` is what a drill moves, `real_clock` what it does not; `watch` sees each write."""

    clock: Clock
    real_clock: Clock = field(default_factory=SystemClock)
    make_transport: MakeTransport = BoundedTransport
    make_receivers: Callable[[Settings], tuple[Receiver, ...]] = _real_receivers
    senders: int | None = None  # messages sent at once, if not as many as the settings say
    watch: Watch = unwatched
    rings: bool = False  # senders hear of messages at once


def real_surroundings(settings: Settings) -> Surroundings:
    """Return what a service that serves people stands on."""
    return Surroundings(
        SystemClock(settings.clock_offset_file), make_transport=transport_of(), rings=True
    )
