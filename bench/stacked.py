"""A chart of cases in groups: what a request costs server and database, one bar each.

It is as narrow as a telephone, so that its letters are no smaller there than beside them. Each
group has a scale of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

INK = "#6b7683"  # is read on white and on black
_WIDE, _ROW, _LEFT, _ROOM, _HEAD = 360, 22, 130, 126, 30
_OURS, _PEER = ("#2f6f8f", "#7db4d0"), ("#a8821a", "#dcbf62")


class Cost(NamedTuple):
    """CPU microseconds a request."""

    name: str
    server: float
    database: float


def stacked(title: str, groups: Mapping[str, Sequence[Cost]]) -> str:
    """Draw the groups one below the other; the first bar of each is ours."""
    rows, top = _legend(title), 54.0
    for group, costs in groups.items():
        rows.append(_text(4, top + 18, group, bold=True))
        top += _HEAD
        longest = max(cost.server + cost.database for cost in costs)
        for place, cost in enumerate(costs):
            colors = _PEER if place else _OURS
            rows.append(_bar(cost, top, _ROOM / longest, colors))
            top += _ROW
    high = top + 8
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high:.0f}" width="540"'
        f' role="img" aria-label="{escape(title)}" font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, *rows, "</svg>\n"])


def _legend(title: str) -> list[str]:
    """Say what is what: each pair of colors, server before database."""
    found = [_text(4, 18, title, bold=True)]
    for left, name, colors in ((4, "ours", _OURS), (104, "others", _PEER)):
        found += [
            f'<rect x="{left + 14 * n}" y="30" width="13" height="12" fill="{color}"/>'
            for n, color in enumerate(colors)
        ]
        found.append(_text(left + 32, 40, name))
    return [*found, _text(186, 40, "server + database, ms")]


def _bar(cost: Cost, top: float, scale: float, colors: tuple[str, str]) -> str:
    server, database = cost.server * scale, cost.database * scale
    gap = 1 if cost.database else 0
    end = _LEFT + server + gap + database
    said = f"{cost.server / 1000:.1f}" + (f" + {cost.database / 1000:.1f}" if gap else "")
    return (
        _text(_LEFT - 6, top + 13, cost.name, anchor="end")
        + _rect(_LEFT, top, server, colors[0])
        + (_rect(_LEFT + server + gap, top, database, colors[1]) if gap else "")
        + _text(end + 6, top + 13, said)
    )


def _rect(left: float, top: float, wide: float, color: str) -> str:
    return f'<rect x="{left:.1f}" y="{top + 2}" width="{wide:.1f}" height="15" fill="{color}"/>'


def _text(left: float, down: float, said: str, *, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{left:.1f}" y="{down}" text-anchor="{anchor}" fill="{INK}"{weight}>'
        f"{escape(said)}</text>"
    )
