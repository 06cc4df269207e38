"""The shop's accent as a style sheet of its own: pages hold no inline style."""

from __future__ import annotations

import hashlib

from apiflask import APIBlueprint
from flask import Response
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain.catalog.colors import BLACK, WHITE, Accent, channels, mix
from checkout_service.web.context import shop
from checkout_service.web.http.mount import at

_HOVER = 0.25
_FOR_EVER = "public, max-age=31536000, immutable"

bp = APIBlueprint("accent", __name__, enable_openapi=False)


@bp.get("/shop.css")
def accent() -> Response:
    """Colour links and buttons; the address changes with the colours."""
    known = shop().accent
    if known is None:
        raise NoPage
    response = Response(_sheet(known), mimetype="text/css")
    response.headers["Cache-Control"] = _FOR_EVER
    return response


def accent_url() -> str | None:
    """Return the address of the accent's style sheet; None where the shop has no accent."""
    known = shop().accent
    if known is None:
        return None
    digest = hashlib.sha256(_sheet(known).encode()).hexdigest()[:12]
    return at(f"/shop.css?v={digest}")


def _sheet(accent: Accent) -> str:
    light, dark = _colors(accent.light, BLACK, WHITE), _colors(accent.dark, WHITE, BLACK)
    return (
        f':root:not([data-theme="dark"]), [data-theme="light"] {{{light}}}\n'
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{{dark}}} }}\n"
    )


def _colors(color: str, further: str, ink: str) -> str:
    """Write Pico's colours of what can be clicked; `further` leads away from the page's own."""
    hover, parts = mix(color, further, _HOVER), " ".join(map(str, channels(color)))
    values = {
        "": color, "background": color, "border": color,
        "hover": hover, "hover-background": hover, "hover-border": hover,
        "underline": f"rgb({parts} / 45%)", "focus": f"rgb({parts} / 55%)", "inverse": ink,
    }  # fmt: skip
    return " ".join(
        f"--pico-primary{'-' if name else ''}{name}: {value};" for name, value in values.items()
    )
