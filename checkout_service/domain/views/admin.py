"""What the admin shows: figures, status, its own audit. Frozen; minor units, milliseconds UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from checkout_service.domain.frozen import frozen
from checkout_service.domain.staff import Role

from .events import EventView
from .orders import OrderView


@frozen
class Takings:
    """One currency's money in one period; periods are never summed across currencies.

    `disputed` is what banks took, for now or for good.
    """

    currency: str
    paid: int
    refunded: int
    disputed: int
    by_day: tuple[int, ...]  # what came, oldest day first, the last one today
    back_by_day: tuple[int, ...]  # what went back, by refund or by a bank

    @property
    def net(self) -> int:
        return self.paid - self.refunded - self.disputed


@frozen
class Period:
    """The last so many days of the shop: orders opened then, and money that came or went then."""

    days: int
    created: int
    by_status: dict[str, int]
    takings: tuple[Takings, ...]

    @property
    def came_in(self) -> int:
        """Count the orders that money came for, given back later or not."""
        unpaid = ("pending", "processing", "failed", "expired", "canceled")
        return self.created - sum(self.by_status.get(status, 0) for status in unpaid)

    @property
    def conversion(self) -> float | None:
        return self.came_in / self.created if self.created else None


@frozen
class Figures:
    at: int
    midnights: tuple[int, ...]  # when each day of the longest period began, and when today ends
    periods: tuple[Period, ...]


@frozen
class SystemStatus:
    """How the webhooks, the receiver and the worker do right now; counts stop at `MOST`."""

    last_event: EventView | None
    lag: int | None  # milliseconds between Stripe's time and ours, median of the latest events
    stuck: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    held: int
    due: int
    dead: int
    receiver: str
    swept_at: int | None
    now: int
    quarantined: Mapping[str, int]  # by kind


@frozen
class AuditEntry:
    id: str
    who: str
    address: str
    action: str
    subject: str
    order_id: str | None
    outcome: str
    detail: str
    at: int
    finished_at: int | None


@frozen
class StaffMember:
    """Somebody who may sign in to the admin, and when that was last; the owner besides."""

    name: str
    role: Role
    created_at: int | None
    seen_at: int | None
    has_code: bool = False


@frozen
class AuditPage:
    entries: tuple[AuditEntry, ...]
    next_cursor: str | None


@frozen
class Found:
    """What a search found: orders, newest first."""

    orders: tuple[OrderView, ...] = field(default=())
    next_cursor: str | None = None
