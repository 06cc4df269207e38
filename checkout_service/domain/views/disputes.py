"""Disputes as a list to work through. Frozen; minor units, milliseconds UTC."""

from __future__ import annotations

from enum import StrEnum

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import number_of

from .orders import MoneyBackView


class DisputeStage(StrEnum):
    """Who is to act: the merchant, the bank, or nobody any more."""

    TO_ANSWER = "to_answer"
    AT_THE_BANK = "at_the_bank"
    DECIDED = "decided"


@frozen
class ListedDispute:
    """A dispute or an inquiry, with the order that it is about."""

    dispute: MoneyBackView
    order_id: str
    livemode: bool

    @property
    def id(self) -> str:
        return self.dispute.id

    @property
    def order_number(self) -> str:
        return number_of(self.order_id)


@frozen
class DisputePage:
    disputes: tuple[ListedDispute, ...]
    next_cursor: str | None
