"""Bars as plain numbers for an SVG; the page's table says the same in words."""

from __future__ import annotations

from collections.abc import Sequence

from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.admin import Takings

WIDTH, HEIGHT = 600, 140
_GAP = 0.25
_LEAST = 2.0  # a day with little money is still seen


@frozen
class Bar:
    """One day: what came, and inside of it what went back. Amounts are minor units."""

    x: float
    width: float
    y: float
    height: float
    back_y: float
    back_height: float
    amount: int
    back: int
    day: int  # when it began, milliseconds UTC


@frozen
class Chart:
    takings: Takings
    bars: tuple[Bar, ...]

    @property
    def best(self) -> Bar:
        """Return the day on which most came."""
        return max(self.bars, key=lambda bar: bar.amount)


def chart(takings: Takings, midnights: Sequence[int]) -> Chart:
    """Lay out one bar a day."""
    most = max((*takings.by_day, *takings.back_by_day, 1))
    step = WIDTH / len(takings.by_day)
    drawn = []
    for place, (came, back) in enumerate(zip(takings.by_day, takings.back_by_day, strict=True)):
        height, back_height = _height(came, most), _height(back, most)
        drawn.append(
            Bar(
                x=round(place * step + step * _GAP / 2, 2),
                width=round(step * (1 - _GAP), 2),
                y=round(HEIGHT - height, 2),
                height=height,
                back_y=round(HEIGHT - back_height, 2),
                back_height=back_height,
                amount=came,
                back=back,
                day=midnights[place],
            )
        )
    return Chart(takings, tuple(drawn))


def _height(amount: int, most: int) -> float:
    return round(max(_LEAST, HEIGHT * amount / most), 2) if amount > 0 else 0.0
