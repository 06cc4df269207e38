"""Steps that are known to fail, and why: `known.toml`, by software and step."""

from __future__ import annotations

import fnmatch
import tomllib

from .runner import Result
from .software import HERE

_KNOWN: dict[str, dict[str, str]] = tomllib.loads((HERE / "known.toml").read_text("utf-8"))


def reason(name: str, step: str) -> str | None:
    """Return why a step is known to fail; its name may be a pattern."""
    for pattern, why in _KNOWN.get(name, {}).items():
        if fnmatch.fnmatchcase(step, pattern):
            return why
    return None


def surprises(result: Result) -> list[str]:
    """Name what failed without being known, and what is known and passed all the same."""
    name = result.software.name
    return [
        *(f"{step}: {why}" for step, why in result.failed.items() if reason(name, step) is None),
        *(f"{step}: passes, take it off the list" for step in result.passed if reason(name, step)),
    ]
