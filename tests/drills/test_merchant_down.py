"""The merchant's backend is down for three days of test clock, then up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.merchant import SECRET, Says
from tests.support.running_stack import side_by_side, until

from .conftest import MakeStack

SHORT_ON = "sqlite"
pytestmark = pytest.mark.long  # in short: tests/use_cases/notify and tests/cli/test_worker.py

DAY = 86_400


def test_every_message_arrives_within_a_minute_of_recovery(
    make_stack: MakeStack, full: bool, tmp_path: Path
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    stack = make_stack(CLOCK_OFFSET_FILE=str(offset))
    stack.merchant.says(Says(status=500))
    orders = 100 if full else 12
    bought = side_by_side(stack.buy, range(orders), threads=8)
    side_by_side(stack.pay, bought, threads=8)
    until(lambda: len(stack.merchant.got) > 0, what="a first try")

    hours = 72 if full else 12
    for hour in range(1, hours + 1):
        offset.write_text(str(hour * 3 * DAY // hours))
        before = len(stack.merchant.got)
        until(lambda b=before: len(stack.merchant.got) > b, what="a probe")  # type: ignore[misc]
    down = len(stack.merchant.got)
    stack.merchant.got.clear()
    stack.merchant.says(Says(status=204))
    offset.write_text(str(3 * DAY + 61))

    took = until(lambda: len(stack.paid_messages()) == orders, what="every message delivered")

    print(f"{down} tries while down; {orders} messages within {took:.1f} s of recovery")
    assert set(stack.paid_messages().values()) == {1}
    for got in stack.merchant.got:
        got.verify(SECRET)
