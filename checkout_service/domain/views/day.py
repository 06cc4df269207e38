"""A day of the shop's money, as its statement adds it up. Minor units; never across currencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from checkout_service.domain.ports.balance import Movement

KINDS = ("payments", "refunds", "disputes")


@dataclass(frozen=True, slots=True)
class Sum:
    """So many payments, refunds or disputes and what they come to; below zero it went away."""

    count: int = 0
    amount: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.count + other.count, self.amount + other.amount)


Sums = Mapping[str, Mapping[str, Sum]]
"""By currency and kind."""


@dataclass(frozen=True, slots=True)
class DayStatement:
    """What came and went on a day, which begins and ends by the shop's clock."""

    day: date
    begins: int
    ends: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class StripesDay:
    """The same day as Stripe's balance tells it.

    `fees` are what Stripe kept of it, `strangers` refunds and disputes that nobody here knows;
    `whole` is false where there were too many movements to read them all.
    """

    sums: Sums
    fees: Mapping[str, int] = field(default_factory=dict)
    strangers: tuple[Movement, ...] = ()
    whole: bool = True
