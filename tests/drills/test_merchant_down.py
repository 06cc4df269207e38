"""The merchant's backend is down for three days of test clock, then up again."""

from __future__ import annotations

from pathlib import Path

from tests.support.merchant import SECRET, Says

from .conftest import MakeField
from .field import side_by_side, until

SHORT_ON = "sqlite"

DAY = 86_400


def test_every_message_arrives_within_a_minute_of_recovery(
    make_field: MakeField, full: bool, tmp_path: Path
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    field = make_field(CLOCK_OFFSET_FILE=str(offset))
    field.merchant.says(Says(status=500))
    orders = 100 if full else 12
    bought = side_by_side(field.buy, range(orders), threads=8)
    side_by_side(field.pay, bought, threads=8)
    until(lambda: len(field.merchant.got) > 0, seconds=30, what="a first try")

    hours = 72 if full else 12
    for hour in range(1, hours + 1):
        offset.write_text(str(hour * 3 * DAY // hours))
        before = len(field.merchant.got)
        until(lambda b=before: len(field.merchant.got) > b, seconds=30, what="a probe")  # type: ignore[misc]
    down = len(field.merchant.got)
    field.merchant.got.clear()
    field.merchant.says(Says(status=204))
    offset.write_text(str(3 * DAY + 61))

    took = until(
        lambda: len(field.paid_messages()) == orders, seconds=60, what="every message delivered"
    )

    print(f"{down} tries while down; {orders} messages within {took:.1f} s of recovery")
    assert set(field.paid_messages().values()) == {1}
    for got in field.merchant.got:
        got.verify(SECRET)
