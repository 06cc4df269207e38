"""What was set aside: each kind and reason once, with the ids and the way to try them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from checkout_service.domain.views.quarantine import UNKNOWN_AT_STRIPE
from checkout_service.use_cases.admin.quarantine import MOST, in_quarantine

from .check_result import CheckResult, Shop, ok, problem

_CHECK = "quarantine"
_SHOWN = 3
_NOUNS = {
    "order": "order",
    "event": "event",
    "money_write": "write of money",
    "link_session": "session of a link",
}
_OTHER_KEYS = "Put back the keys of the account and mode that made them, or leave them: "


def quarantine(shop: Shop) -> Iterator[CheckResult]:
    """Look at what failed so often that nobody tries it any more."""
    with shop.database.read() as connection:
        found = in_quarantine(connection, limit=MOST)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in found:
        groups[item.kind, item.reason].append(item.id)
    for (kind, why), names in groups.items():
        in_words = next(item.why for item in found if item.reason == why)
        shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        first = _OTHER_KEYS if why == UNKNOWN_AT_STRIPE else "Once the reason is gone: "
        yield problem(
            _CHECK,
            f"{_count(kind, len(names))} ({shown}): {in_words}.",
            f"{first}flask --app wsgi quarantine retry {' '.join(names[:_SHOWN])}",
        )
    if not found:
        yield ok(_CHECK, "Nothing waits for a person.")


def _count(kind: str, number: int) -> str:
    first, _, rest = _NOUNS[kind].partition(" ")
    return f"{number} {first}{'' if number == 1 else 's'} {rest}".strip()
