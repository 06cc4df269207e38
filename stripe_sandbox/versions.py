"""Which versions of the API there are: those the SDK can name, previews, and what comes later."""

from __future__ import annotations

import re

from .errors import ApiError
from .parameters import VERSIONS
from .shapes import API_VERSION

# Betas are named behind a version: `2025-03-31.preview; some_beta=v1`.
_SAID = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:\.(?P<name>[a-z]+))?(?:; *\w+=\w+)*",
    re.ASCII,
)
_FIRST_NAMED, (_NEWEST, _, _NAME) = "2024-09-30", API_VERSION.partition(".")


def check(said: str | None) -> None:
    """Refuse a version that never was, as a typing error would be. Raises ApiError."""
    if said is None:
        return
    found = _SAID.fullmatch(said)
    if found is None or not _is_one(found["date"], found["name"]):
        raise ApiError(f"Invalid Stripe API version: {said}")


def _is_one(date: str, name: str | None) -> bool:
    if name == "preview":
        return date >= _FIRST_NAMED
    if name == _NAME and date > _NEWEST:
        return True  # of an SDK that is younger than this sandbox
    return (f"{date}.{name}" if name else date) in VERSIONS
