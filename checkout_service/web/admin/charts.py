"""Bars as plain numbers for an SVG; the page's table says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout_service.domain.clock import DAY

WIDTH, HEIGHT = 600, 140
_GAP = 0.25
_LEAST = 2.0  # a day with little money is still seen


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    amount: int
    day: int  # midnight UTC, milliseconds


def bars(amounts: Sequence[int], last_day: int) -> list[Bar]:
    """Lay out one bar a day; the last one is `last_day`."""
    most = max((*amounts, 1))
    step = WIDTH / len(amounts)
    drawn = []
    for place, amount in enumerate(amounts):
        height = max(_LEAST, HEIGHT * amount / most) if amount > 0 else 0.0
        day = last_day - (len(amounts) - 1 - place) * DAY
        x, width = place * step + step * _GAP / 2, step * (1 - _GAP)
        drawn.append(
            Bar(
                round(x, 2),
                round(HEIGHT - height, 2),
                round(width, 2),
                round(height, 2),
                amount,
                day,
            )
        )
    return drawn
