"""What is let go after a capture of a part is a refund by name only: it moves no balance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout_service.domain.facts.snapshots import RefundView
from checkout_service.domain.status import AttemptState as A
from tests.domain.build import INTENT, attempt, ledger, refund

HELD, TAKEN = 5000, 3000
LEFT = HELD - TAKEN
LET_GO = replace(refund("re_a", LEFT), booked=False)


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ((LET_GO,), []),
        ((LET_GO, refund("re_b", LEFT)), ["re_b"]),
        ((refund("re_b", LEFT),), ["re_b"]),  # heard of before what was let go
        ((LET_GO, replace(LET_GO, id="re_c", created=9)), ["re_c"]),
        ((replace(LET_GO, amount=LEFT - 1),), ["re_a"]),
        ((replace(LET_GO, status="pending"),), ["re_a"]),
    ],
)
def test_a_refund_counts_unless_it_is_what_was_let_go(
    seen: tuple[RefundView, ...], counted: list[str]
) -> None:
    paid = attempt(state=A.SUCCEEDED, intent_id=INTENT, amount=TAKEN, amount_authorized=HELD)
    books = replace(ledger(paid), refunds={one.id: one for one in seen})

    assert [one.id for one in books.refunds_of(paid)] == counted
