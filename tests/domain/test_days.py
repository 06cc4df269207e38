"""The shop's days: as long as its own clock says."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from checkout_service.domain.clock import DAY, HOUR
from checkout_service.domain.days import day_at, last_midnights, midnight

BERLIN = "Europe/Berlin"
NOON = midnight(date(2026, 10, 26), BERLIN) + DAY // 2


def test_a_day_is_an_hour_longer_when_clocks_go_back() -> None:
    midnights = last_midnights(NOON, BERLIN, 3)

    lengths = [end - begin for begin, end in pairwise(midnights)]
    assert lengths == [DAY, DAY + HOUR, DAY]


def test_a_day_begins_at_its_own_midnight() -> None:
    begins = midnight(date(2026, 10, 25), BERLIN)

    assert day_at(begins, BERLIN) == date(2026, 10, 25)
    assert day_at(begins - 1, BERLIN) == date(2026, 10, 24)
    assert day_at(begins, "UTC") == date(2026, 10, 24)
