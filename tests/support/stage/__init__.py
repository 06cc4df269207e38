"""The whole service and a Stripe in one process, on one clock that a story moves.

Real use cases, a real database, the real SDK; no sockets, no threads, no waiting. The same seed
and the same story give the same ids.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from checkout_service.domain.views.shapes import detailed_order
from checkout_service.storage.tables import outbox_messages

from .bought import Bought, order_of
from .clock import NOON
from .moves import DECLINED, GOOD, Moves
from .steps import Call, Hook, Killed, Match, Step, calling, writing
from .stripe_side import Refused

__all__ = [
    "DECLINED",
    "GOOD",
    "NOON",
    "Bought",
    "Call",
    "Hook",
    "Killed",
    "Match",
    "Refused",
    "Stage",
    "Step",
    "calling",
    "writing",
]


class Stage(Moves):
    """A stage: its moves, and what can be seen from the outside after them."""

    def order(self, order: Bought | str) -> dict[str, Any]:
        """Return an order in depth, as an API key sees it."""
        name = order_of(order)
        return detailed_order(self.use_cases.read_orders.detail(name))

    def messages(self, order: Bought | str, kind: str | None = None) -> list[dict[str, Any]]:
        """List an order's messages in their sequence: the outbox's columns, the body read."""
        name = order_of(order)
        table = outbox_messages
        query = select(table).where(table.c.order_id == name).order_by(table.c.sequence)
        with self.parts.database.read() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        found = [row | {"body": json.loads(row["body"])} for row in rows]
        return [row for row in found if kind in (None, row["kind"])]

    def calls(self, method: str | None = None, containing: str = "") -> list[Call]:
        """List the service's calls of Stripe so far whose path holds this text."""
        return [
            call
            for call in self.wire.calls
            if method in (None, call.method) and containing in call.path
        ]

    def reads(self, containing: str = "") -> list[Call]:
        """List what the service has asked Stripe so far, without changing anything there."""
        return self.calls("GET", containing)

    def writes(self, containing: str = "") -> list[Call]:
        """List what the service has had Stripe do so far."""
        return self.calls("POST", containing)

    def forget_calls(self) -> None:
        """Count calls anew from here."""
        self.wire.calls.clear()
