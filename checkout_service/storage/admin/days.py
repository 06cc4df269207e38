"""Number rows by the shop's days in SQL: a day is not always 24 hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Column, ColumnElement, case, literal

from checkout_service.domain.clock import DAY


def day_of(column: Column[int], midnights: Sequence[int]) -> ColumnElement[int]:
    """Number the day that a time falls on, by the midnights that begin each and end the last.

    A time after the last one is counted on, as if days were plain.
    """
    newest_first = reversed(list(_stretches(midnights)))
    return case(
        *(
            (column >= begin, n + (column - begin) // DAY if plain else literal(n))
            for begin, n, plain in newest_first
        )
    )


def _stretches(midnights: Sequence[int]) -> Iterator[tuple[int, int, bool]]:
    """Name where runs of plain days begin, and each day that is longer or shorter by itself."""
    yield midnights[0], 0, True
    for n, (begin, end) in enumerate(pairwise(midnights)):
        if end - begin != DAY:
            yield begin, n, False
            yield end, n + 1, True
