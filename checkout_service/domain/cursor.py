"""A page of a listing, and where the next begins: its last time and id, as one opaque word."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from .errors import Fault, InvalidInput

_MOST_MILLIS = 2**53
_LONGEST = 300


class Listed(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=Listed)


def page_of(
    found: Sequence[Row], *, limit: int, at: Callable[[Row], int]
) -> tuple[tuple[Row, ...], str | None]:
    """Cut a page of `limit` rows; one row more than that says that there is a next page.

    Returns the rows and the next page's cursor; `at` is the time that the list is ordered by.
    """
    shown = tuple(found[:limit])
    return shown, write_cursor(at(shown[-1]), shown[-1].id) if len(found) > limit else None


def write_cursor(at: int, row_id: str) -> str:
    return base64.urlsafe_b64encode(f"{at}:{row_id}".encode()).decode("ascii").rstrip("=")


def read_cursor(cursor: str) -> tuple[int, str]:
    """Return time and id. Raises InvalidInput for a word that is no cursor of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at, _, row_id = text.partition(":")
        millis = int(at)
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise _not_ours() from error
    if not 0 <= millis < _MOST_MILLIS or not 0 < len(row_id) < _LONGEST or not row_id.isprintable():
        raise _not_ours()
    return millis, row_id


def _not_ours() -> InvalidInput:
    return InvalidInput([Fault("cursor", "is not a cursor of this list")])
