"""`python -m bench.charts`: draw the figures of docs/charts/figures.toml as SVG, bars side by side.

The files are static and kept with the text, so whoever reads the documents runs nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from .stacked import INK as _INK
from .stacked import Cost, stacked

FOLDER = Path(__file__).parents[1] / "docs" / "charts"
_WIDE, _ROW, _LEFT, _RIGHT, _TOP = 640, 26, 210, 90, 44
_COLORS = {"before": "#9aa5b1", "now": "#2f6f8f", "peer": "#c9a227"}


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    value: float
    kind: str


def svg(title: str, unit: str, bars: list[Bar]) -> str:
    """Draw one chart; the longest bar is as long as there is room."""
    longest = max(bar.value for bar in bars)
    room = _WIDE - _LEFT - _RIGHT
    rows = [
        _row(bar, _TOP + place * _ROW, room * bar.value / longest, unit)
        for place, bar in enumerate(bars)
    ]
    high = _TOP + len(bars) * _ROW + 8
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" role="img"'
        f' aria-label="{escape(title)}" font-family="sans-serif" font-size="13">'
    )
    return "\n".join(
        [
            head,
            f'<text x="8" y="24" font-size="15" fill="{_INK}">{escape(title)}</text>',
            *rows,
            "</svg>\n",
        ]
    )


def _row(bar: Bar, top: float, length: float, unit: str) -> str:
    said = f"{bar.value:g} {unit}"
    return (
        f'<text x="{_LEFT - 8}" y="{top + 15}" text-anchor="end" fill="{_INK}">'
        f"{escape(bar.name)}</text>"
        f'<rect x="{_LEFT}" y="{top + 2}" width="{length:.1f}" height="{_ROW - 8}" rx="2"'
        f' fill="{_COLORS[bar.kind]}"/>'
        f'<text x="{_LEFT + length + 6:.1f}" y="{top + 15}" fill="{_INK}">{escape(said)}</text>'
    )


def charts() -> dict[str, str]:
    """Draw every chart, by the name of its file."""
    told: dict[str, Any] = tomllib.loads((FOLDER / "figures.toml").read_text("utf-8"))
    return {f"{name}.svg": _chart(chart) for name, chart in told.items()}


def _chart(told: dict[str, Any]) -> str:
    if "groups" in told:
        groups = {name: [Cost(*cost) for cost in of] for name, of in told["groups"].items()}
        return stacked(told["title"], groups)
    return svg(told["title"], told["unit"], [Bar(**bar) for bar in told["bars"]])


def main() -> None:
    for name, text in charts().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
