"""The network around the service, as far as doctor asks about it."""

from __future__ import annotations

from typing import Protocol


class NetworkProbe(Protocol):
    """Answers are what is wrong, as the rest of a sentence; None when nothing is."""

    def asks_after_us(self, base_url: str) -> str | None: ...

    def leads_nowhere(self, url: str, *, allow_private: bool) -> str | None: ...
