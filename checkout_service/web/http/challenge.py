"""A place for a proof of the shop's own choice, asked of strangers before Stripe is.

`CHALLENGE` names a callable. It sees the request, and whether the shop is busier than strangers
make it on other days; it returns None to let the request pass, or the answer to give instead, with
whatever the caller must do first: a puzzle, a widget. `docs/frontend/challenge.md` has an example.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from flask import Request, Response

from checkout_service.settings.model import SettingsError

PROOF = "Challenge-Response"
"""The header that a browser's script may send a proof in, from any allowed origin."""


class Challenge(Protocol):
    """Asked on every create of a stranger that is about to reach Stripe."""

    def __call__(self, request: Request, *, busy: bool) -> Response | None:
        """Return None to let the request pass, else the answer to give instead of it."""
        ...


def load(name: str | None) -> Challenge | None:
    """Return the callable that a setting names as `module:name`. Raises SettingsError."""
    if name is None:
        return None
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise SettingsError(_CANNOT.format(f"cannot be loaded: {error}")) from error
    if not callable(found):
        raise SettingsError(_CANNOT.format(f"{name} cannot be called"))
    return cast("Challenge", found)


_CANNOT = "The service cannot start. Mend these settings:\n  CHALLENGE: {}"
