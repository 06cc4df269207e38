"""A16: goods and shipping may differ in whether their tax is inside the price or on top of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout_service.domain.order.ledger import SHIPPING, TAX
from checkout_service.domain.status import Hold
from tests.domain.build import TERMS, TOTAL, ledger, session, settled

GOODS_TAX, SHIPPING_COST, SHIPPING_TAX = 798, 500, 95
NET = TOTAL + SHIPPING_COST
TAXED = replace(TERMS, adjustable=frozenset((TAX, SHIPPING)))


@pytest.mark.parametrize(
    ("total", "agrees"),
    [
        (NET, True),  # all inside
        (NET + GOODS_TAX + SHIPPING_TAX, True),  # all on top
        (NET + SHIPPING_TAX, True),  # goods inside, shipping on top
        (NET + GOODS_TAX, True),  # goods on top, shipping inside
        (NET + 1, False),
        (NET + SHIPPING_TAX - 1, False),
        (NET - SHIPPING_TAX, False),
    ],
)
def test_a_total_is_one_of_those_its_parts_add_up_to(total: int, *, agrees: bool) -> None:
    view = session(
        amount_total=total,
        amount_tax=GOODS_TAX + SHIPPING_TAX,
        amount_shipping=SHIPPING_COST,
        shipping_tax=SHIPPING_TAX,
    )

    after = settled(replace(ledger(), terms=TAXED), view, looked=True).after

    assert after.fulfilled is agrees
    assert (Hold.AMOUNT_MISMATCH in after.active_holds) is not agrees
