"""A badge: who was examined, what came of it, as an SVG that needs nothing from elsewhere."""

from __future__ import annotations

from html import escape

from .card import Card

COLOURS = {"A": "#1a7f37", "B": "#4d7a1f", "C": "#8a6100", "D": "#b3480a", "F": "#b3261e"}
_LEFT = "Stripe report card"
_WIDTH = 6.6  # a letter's, about


def badge(card: Card) -> str:
    """Draw a card's badge."""
    said = card.line
    left, right = (round(len(text) * _WIDTH) + 14 for text in (_LEFT, said))
    colour = COLOURS.get(card.grade, "#57606a")
    label = escape(f"{_LEFT}: {said}")
    font = 'font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="22" role="img" '
        f'aria-label="{label}"><title>{label}</title>'
        f'<rect width="{left + right}" height="22" rx="4" fill="#30363d"/>'
        f'<path d="M{left} 0h{right - 4}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4h-{right - 4}z" '
        f'fill="{colour}"/>'
        f'<g fill="#fff" {font}><text x="{left / 2:g}" y="15">{_LEFT}</text>'
        f'<text x="{left + right / 2:g}" y="15">{escape(said)}</text></g></svg>'
    )
