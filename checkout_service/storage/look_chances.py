"""What tells, without a write, whether a look at an order would be let through now."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen

from .read_budget import free_at
from .tables import orders


@frozen
class LookChance:
    """Who looks an order up, what that has cost, and from when the next read of all is free."""

    look_lease_until: int | None
    looked_at: int | None
    reads: int
    reads_free_at: int | None


_o = orders.c
CHANCE = (_o.look_lease_until, _o.looked_at, _o.reads, free_at().label("reads_free_at"))
