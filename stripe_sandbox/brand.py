"""How a session's page looks: the name, logo and colour it was given, and its texts."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from .store import Json

_COLOR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()]+)\)")
_MIDDLE = 0.179  # of luminance: black is read on what is lighter, white on what is darker


def shown(session: Json) -> Json:
    settings, texts = session.get("branding_settings") or {}, session.get("custom_text") or {}
    picture = settings.get("logo") or settings.get("icon") or {}
    return {
        "name": settings.get("display_name"),
        "logo": picture.get("url"),
        "button": _button(settings.get("button_color") or ""),
        "texts": {name: _linked(text["message"]) for name, text in texts.items() if text},
    }


def _button(color: str) -> str | None:
    """Write a button's colours, with an ink that can be read on it."""
    if not _COLOR.fullmatch(color):
        return None
    ink = "#000" if _luminance(color) > _MIDDLE else "#fff"
    return f"background:{color};border-color:{color};color:{ink}"


def _luminance(color: str) -> float:
    """Return how light a colour is, from 0 to 1: https://www.w3.org/TR/WCAG22/."""
    parts = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return sum(part * share for part, share in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


def _linear(part: float) -> float:
    low = 0.04045
    return float(part / 12.92 if part <= low else ((part + 0.055) / 1.055) ** 2.4)


def _linked(text: str) -> Markup:
    """Show Markdown's links, as Stripe's page does."""
    parts = _LINK.split(text)
    words = [escape(parts[0])]
    for name, url, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        words += [Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(url, name)]
        words += [escape(rest)]
    return Markup().join(words)
