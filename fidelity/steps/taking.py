"""Take steps one after the other and say what became of each; see ../runner.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

_MOST = 300  # characters of a reason


def take(name: str, step: Callable[[], Any]) -> None:
    """Take one step."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - whatever it is, the step has failed
        why = " ".join(str(error).split())[:_MOST]
        print(f"not ok {name}: {type(error).__name__} {why}", flush=True)
    else:
        print(f"ok {name}", flush=True)


def check(truth: object, why: str) -> None:
    """Fail the step unless it is so. Raises LookupError."""
    if not truth:
        raise LookupError(why)


def until(look: Callable[[], Any], why: str, seconds: float = 60) -> Any:
    """Wait until something is so; return it. Raises LookupError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise LookupError(why)
