"""The shop's accent: one colour for the light page and one for the dark, both legible.

4.5 is the least contrast of text that everybody can read:
https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from checkout_service.domain.frozen import frozen

LEAST_CONTRAST = 4.5
LIGHT, DARK = ("#f6f7f5", "#ffffff"), ("#111816", "#19221f")
"""What the accent is written on: page and card, as the stylesheet has them."""
BLACK, WHITE = "#000000", "#ffffff"
_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_KEY = "shop.accent_color"


@frozen
class Accent:
    """The colours of links and buttons, `#rrggbb`."""

    light: str
    dark: str


def contrast(one: str, other: str) -> float:
    """Return how well one colour is read on another, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(color: str, other: str, share: float) -> str:
    """Mix a colour with a share (0 to 1) of another."""
    pairs = zip(channels(color), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def channels(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def read_accent(value: object, faults: list[str]) -> Accent | None:
    """Read one colour, or `{ light, dark }`. The dark one is derived if only one is given."""
    if value is None:
        return None
    if isinstance(value, str):
        light = dark = value.lower()
    elif isinstance(value, dict) and value.keys() == {"light", "dark"}:
        light, dark = str(value["light"]).lower(), str(value["dark"]).lower()
    else:
        faults.append(f'{_KEY}: "#0f6b5c", or {{ light = "#0f6b5c", dark = "#63d6bd" }}')
        return None
    wrong = [color for color in (light, dark) if not _COLOR.fullmatch(color)]
    if wrong:
        faults.append(f'{_KEY}: {wrong[0]} is no colour such as "#0f6b5c"')
        return None
    legible = Accent(_nearest(light, BLACK, LIGHT), _nearest(dark, WHITE, DARK))
    if isinstance(value, str):
        dark = legible.dark
    faults += _illegible("light", light, legible.light, LIGHT)
    faults += _illegible("dark", dark, legible.dark, DARK)
    return legible


def _illegible(page: str, color: str, better: str, surfaces: tuple[str, ...]) -> Iterator[str]:
    if color != better:
        seen = min(contrast(color, surface) for surface in surfaces)
        yield (
            f"{_KEY}: {color} has a contrast of {seen:.1f} on the {page} page, {LEAST_CONTRAST} is"
            f" needed; {better} has it"
        )


def _nearest(color: str, towards: str, surfaces: tuple[str, ...]) -> str:
    """Return the colour itself if it is legible, else the first mix that is."""
    mixes = (mix(color, towards, share / 100) for share in range(100))
    return next(
        one
        for one in chain(mixes, [towards])
        if all(contrast(one, surface) >= LEAST_CONTRAST for surface in surfaces)
    )


def _luminance(color: str) -> float:
    linear = (_linear(channel / 255) for channel in channels(color))
    return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def _linear(part: float) -> float:
    low = 0.04045
    return float(part / 12.92 if part <= low else ((part + 0.055) / 1.055) ** 2.4)
