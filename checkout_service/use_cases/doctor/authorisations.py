"""Money that is held on buyers' cards and about to be let go."""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.schedule import ENDS_SOON
from checkout_service.storage.authorisations import ending

from .check_result import CheckResult, Shop, ok, warning

_CHECK = "authorisations"
_MOST, _SHOWN = 1_000, 3


def authorisations(shop: Shop) -> Iterator[CheckResult]:
    """Warn of the authorisations that end within a day."""
    before = shop.clock.now() + ENDS_SOON
    with shop.database.read() as connection:
        found = ending(connection, before=before, limit=_MOST)
    if not found:
        yield ok(_CHECK, "No authorisation ends within a day.")
        return
    shown = ", ".join(f"{one.order_id} at {rfc3339(one.until)}" for one in found[:_SHOWN])
    more = ", ..." if len(found) > _SHOWN else ""
    yield warning(
        _CHECK,
        f"Money held on a buyer's card is let go within a day: {shown}{more}.",
        f"Take it or let it go: flask --app wsgi orders capture {found[0].order_id} (or void).",
    )
