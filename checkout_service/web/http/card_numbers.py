"""Card numbers that a stranger sends are refused before anything is kept of the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g

from checkout_service.domain.card_numbers import holds_card_number
from checkout_service.domain.errors import CardNumber

from .callers import is_merchant


def refuse_card_numbers(value: Any, loc: str = "") -> None:
    """Look through texts, numbers and the keys of what was sent. Raises CardNumber.

    The merchant's own backend knows what its references are.
    """
    if is_merchant():
        return
    places = list(dict.fromkeys(_places(value, loc)))
    if places:
        g.refused = CardNumber.code
        raise CardNumber(places)


def _places(value: Any, loc: str) -> Iterator[str]:
    """Name where card numbers are; a key that is one is named by the object it is in."""
    if isinstance(value, dict):
        for name, item in value.items():
            if holds_card_number(name):
                yield loc
            else:
                yield from _places(item, f"{loc}.{name}".lstrip("."))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _places(item, f"{loc}.{place}".lstrip("."))
    elif isinstance(value, str | int | float) and holds_card_number(str(value)):
        yield loc
