"""The legal moves: two rooms and a one-way door."""

from __future__ import annotations

import itertools

import pytest

from checkout_service.domain.moves import MOVES, may_move
from checkout_service.domain.status import SETTLED, UNPAID, OrderStatus


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_has_its_row_of_moves(status: OrderStatus) -> None:
    assert status in MOVES
    assert (status in UNPAID) != (status in SETTLED)


@pytest.mark.parametrize(("before", "after"), sorted(itertools.product(SETTLED, UNPAID)))
def test_a_settled_order_never_becomes_unpaid(before: OrderStatus, after: OrderStatus) -> None:
    assert not may_move(before, after)


@pytest.mark.parametrize(("before", "after"), sorted(itertools.product(UNPAID, SETTLED)))
def test_money_opens_the_door_from_every_unpaid_status(
    before: OrderStatus, after: OrderStatus
) -> None:
    assert may_move(before, after)


def test_a_canceled_order_only_wakes_for_money() -> None:
    assert MOVES[OrderStatus.CANCELED] == SETTLED | {OrderStatus.PROCESSING}
