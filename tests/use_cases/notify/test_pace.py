"""More messages are on their way at once only while the receiver answers as fast as it did."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from checkout_service.use_cases.notify.pace import Pace


def after(pace: Pace, seconds: Iterable[float]) -> int:
    for one in seconds:
        pace.note(one)
    return pace.at_once


def test_a_receiver_that_answers_as_fast_gets_four_times_as_many() -> None:
    pace = Pace(8, 32)

    widths = [after(pace, [0.2] * pace.at_once) for _ in range(4)]

    assert widths == [16, 32, 32, 32]


def test_one_that_answers_later_gets_fewer_again_but_never_less_than_at_first() -> None:
    pace = Pace(8, 32)
    after(pace, [0.2] * (8 + 16))

    widths = [after(pace, [0.5] * pace.at_once) for _ in range(3)]

    assert widths == [16, 8, 8]


def test_a_round_counts_and_not_one_answer() -> None:
    pace = Pace(8, 32)
    after(pace, [0.2] * 8)

    assert after(pace, [0.9, *[0.2] * 15]) == 32


@pytest.mark.parametrize("seconds", [0.0, 0.1, 10.0])
def test_a_number_that_was_set_is_kept(seconds: float) -> None:
    assert after(Pace(3, 3), [seconds] * 50) == 3
