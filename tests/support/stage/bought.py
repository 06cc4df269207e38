"""What a buyer holds after buying."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as its buyer holds it: the ids that lead to it."""

    order: str
    session: str | None = None
    intent: str | None = None
    reference: str | None = None
    link: str | None = None
    url: str | None = None
    client_secret: str | None = None

    @property
    def id(self) -> str:
        """Name what the buyer comes back with."""
        return self.session or self.intent or self.reference or self.order


def order_of(order: Bought | str) -> str:
    return order if isinstance(order, str) else order.order
