"""The checkout service: `from checkout_service import create_app` is all that a server needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Load the whole product when its factory is asked for: a floor alone stays light."""
    if name == "create_app":
        from .app import create_app  # noqa: PLC0415 - that is the point

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
