"""A day of the shop's money, as its statement adds it up. Minor units; never across currencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.balance import Movement

KINDS = ("payments", "refunds", "disputes")
# Between the balance and the bank: no part of what a day brought.
# https://docs.stripe.com/reports/reporting-categories
TO_THE_BANK = frozenset(
    ("payout", "payout_reversal", "payout_minimum_balance_hold", "payout_minimum_balance_release",
     "topup", "topup_reversal")
)  # fmt: skip


@frozen
class Sum:
    """So many payments, refunds or disputes and what they come to; below zero it went away."""

    count: int = 0
    amount: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.count + other.count, self.amount + other.amount)


Sums = Mapping[str, Mapping[str, Sum]]
"""By currency and kind; at Stripe what is none of our kinds goes by Stripe's own word for it."""


@frozen
class DayStatement:
    """What came and went on a day, which begins and ends by the shop's clock."""

    day: date
    begins: int
    ends: int
    sums: Sums


@frozen
class Apart:
    """A movement at Stripe that no sum of ours has, and the order that it is of, if known."""

    movement: Movement
    order_id: str | None


@frozen
class StripesDay:
    """The same day as Stripe's balance tells it: every movement is in its sums.

    `fees` are what Stripe kept of it, `apart` the movements that the day is not known by here;
    `whole` is false where there were too many movements to read them all.
    """

    sums: Sums
    fees: Mapping[str, int] = field(default_factory=dict)
    apart: tuple[Apart, ...] = ()
    whole: bool = True
