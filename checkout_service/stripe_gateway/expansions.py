"""How much of an object's surroundings our key may see in one read.

A restricted key may read sessions but not payments, or payments but not charges; Stripe then
refuses the whole read. What was refused once is not asked for again by this process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from checkout_service.domain.errors import StripeRejected

T = TypeVar("T")


@dataclass(slots=True)
class Expansions:
    """Ways to expand one kind of object, from the richest to none at all."""

    ways: tuple[tuple[str, ...], ...]
    _first: int = 0

    def retrieve(self, get: Callable[[list[str]], T]) -> T:
        """Read with the richest expansion the key is allowed; each refusal costs a read."""
        for index in range(self._first, len(self.ways)):
            try:
                data = get(list(self.ways[index]))
            except StripeRejected as refusal:
                if not refusal.permission:
                    raise
            else:
                self._first = index
                return data
        data = get([])  # refused too, it says nothing about expanding
        self._first = len(self.ways)
        return data
