"""The gate in front of Stripe: asked once a request is known to be worth a call, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from checkout_service.domain.order.line import Line

Admit = Callable[[Iterable[str]], object]
"""Let a request on to Stripe, or raise; it is told which prices of the catalog will be paid."""


def everyone(_prices: Iterable[str]) -> None:
    """Let everyone in: the merchant, the worker, a test."""


def prices_of(lines: Iterable[Line]) -> list[str]:
    """Name the catalog's prices among some lines."""
    return sorted({line.price for line in lines if line.price is not None})
