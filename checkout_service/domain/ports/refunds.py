"""Refunds, in our words: asking for one, and finding those of a payment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Protocol

from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.frozen import frozen


@frozen
class RefundRequest:
    """All that gives money back (minor units); `request_id` is ours, by which it is found again.

    `reason` is one of Stripe's own words.
    """

    idempotency_key: str
    request_id: str
    order_id: str
    intent_id: str
    amount: int
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


class Refunds(Protocol):
    def create(self, request: RefundRequest) -> Fact: ...

    def find(self, intent_id: str) -> Iterator[Fact]:
        """List all refunds of a payment, failed ones too."""
        ...
