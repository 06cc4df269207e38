"""A backend that repeats what cannot be done yet leaves the order the reads that it needs."""

from __future__ import annotations

from contextlib import suppress

import pytest

from checkout_service.domain.clock import HOUR, SECOND
from checkout_service.domain.errors import CheckoutError, NotPaid, StripeUnavailable
from tests.support.stage import Stage
from tests.use_cases.evidence.test_reads_that_are_spent import kinds
from tests.use_cases.held_money.on_a_card import FLOWS, put

_TIMES = 75


@pytest.mark.parametrize("flow", FLOWS)
def test_an_order_that_was_captured_in_vain_is_fulfilled_all_the_same(
    stage_on: Stage, flow: str
) -> None:
    stage = stage_on
    bought = put(stage, flow)
    for _ in range(_TIMES):
        with pytest.raises(CheckoutError):
            stage.captures(bought)
        stage.advance(1)
    stage.pays(bought)
    stage.drops()

    for _ in range(6):
        stage.works(HOUR / SECOND, every=300)
        with suppress(CheckoutError):
            stage.captures(bought)
        stage.drops()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert len(stage.messages(bought, "order.paid")) == 1


@kinds
def test_a_refund_of_what_was_paid_unseen_gives_the_money_back(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind=kind)
    with pytest.raises(NotPaid):
        stage.refunds(bought)
    stage.pays(bought)
    stage.drops()

    assert stage.refunds(bought).amount == stage.order(bought)["amount_total"]

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("refunded", order["amount_total"])


@kinds
def test_a_refund_in_vain_leaves_the_sweep_its_reads(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind=kind)
    for _ in range(_TIMES):
        with pytest.raises((NotPaid, StripeUnavailable)):
            stage.refunds(bought)
    stage.pays(bought)
    stage.drops()

    stage.works(HOUR / SECOND, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
