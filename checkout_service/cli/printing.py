"""Text and JSON on stdout. What came from outside cannot steer the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import click

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.money import in_words

_TIMES = ("_at", "created")
_GAP = "  "


def print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))


def plain(view: Any) -> dict[str, Any]:
    """Return a frozen view as JSON: its own names, times in RFC 3339."""
    return {
        name: rfc3339(value) if value is not None and _is_time(name) else value
        for name, value in asdict(view).items()
    }


def _is_time(name: str) -> bool:
    return name == "at" or name.endswith(_TIMES)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print left-aligned columns as wide as their widest cell."""
    lines = [list(heads), *([cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo(_GAP.join(padded).rstrip())


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print name and value, a line each, leaving out what is empty."""
    shown = [(name, cell(value)) for name, value in facts if value not in (None, "", ())]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{name.ljust(width)}{_GAP}{value}")


def cell(value: object) -> str:
    """Write a value as one line of printable text."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(cell, value)) or "-"
    return "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value)
    )


def amount(minor: int, currency: str | None) -> str:
    """Write minor units as an amount with its currency, for eyes only."""
    return in_words(minor, currency or "")


def moment(millis: int | None) -> str:
    """Write a time to the second, UTC."""
    return "-" if millis is None else rfc3339(millis)[:19].replace("T", " ") + "Z"
