"""Tell what is wanted from what is kept: by its kind, and by when it was written."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import ASKED, UNHEARD


@frozen
class Wanted:
    """`began` is when there was first somebody to tell: what is older was meant for nobody."""

    began: int
    kinds: frozenset[str] | None  # None: all
    since: int = 0  # what is older was meant for others

    def takes(self, kind: str, created_at: int, request: str) -> bool:
        """True if a message is to be sent; always, if somebody asked for it."""
        if request == ASKED:
            return True
        too_old = created_at < self.since or (request == UNHEARD and created_at < self.began)
        return not too_old and (self.kinds is None or kind in self.kinds)
