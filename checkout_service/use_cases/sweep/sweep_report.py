"""What a sweep did, and how it cuts listings into pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

PAGE = 100


@dataclass(slots=True)
class SweepReport:
    """What a sweep did; `skipped` says that another process is sweeping."""

    skipped: bool = False
    looked: int = 0
    events: int = 0
    retried: int = 0
    refunds: int = 0
    failures: list[str] = field(default_factory=list)


def pages(items: Iterator[T]) -> Iterator[list[T]]:
    """Cut a listing into Stripe's pages."""
    page: list[T] = []
    for item in items:
        page.append(item)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
