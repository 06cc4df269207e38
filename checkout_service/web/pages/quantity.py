"""How many are asked for: one rule at every door of the shop."""

from __future__ import annotations

import re

from checkout_service.domain.errors import Fault, InvalidInput

_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)


def quantity_of(text: str, *, least: int = 0, most: int | None = None) -> int:
    """Read a quantity; by default its limit is left to who prices it. Raises InvalidInput."""
    count = int(text) if _WHOLE.fullmatch(text) else None
    if count is None or count < least or (most is not None and count > most):
        bounds = f" from {least} to {most}" if most is not None else ""
        raise InvalidInput([Fault("quantity", f"must be a whole number{bounds}")])
    return count
