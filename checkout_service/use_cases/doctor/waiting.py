"""What waits for a person in the admin: orders that are held, disputes, dead notifications."""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.storage.admin.waiting import waiting as count

from .check_result import CheckResult, Shop, ok, warning

_CHECK = "waiting"


def waiting(shop: Shop) -> Iterator[CheckResult]:
    """Warn of what a person must decide or answer."""
    with shop.database.read() as connection:
        found = count(connection)
    if found.held:
        yield warning(
            _CHECK,
            f"{_many(found.held, 'order is', 'orders are')} held: paid, and not fulfilled.",
            "Look at each and release or refund it: /admin/orders, or flask --app wsgi orders "
            "explain ORDER.",
        )
    if found.disputes:
        yield warning(
            _CHECK,
            f"{_many(found.disputes, 'dispute waits', 'disputes wait')} for an answer.",
            "Answer each in Stripe's dashboard before it is due: /admin/disputes.",
        )
    if found.dead:
        yield warning(
            _CHECK,
            f"{_many(found.dead, 'notification was', 'notifications were')} given up.",
            "Mend the receiver, then send them again from /admin/messages.",
        )
    if not (found.held or found.disputes or found.dead):
        yield ok(_CHECK, "No order is held, no dispute waits, no notification was given up.")


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
