"""An attempt of a ledger as a row, and back. The columns are the fields of the domain's Attempt."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any

from checkout_service.domain.facts.fact import Seen
from checkout_service.domain.order.ledger import Attempt
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.storage.buyers import buyer_of, text_of
from checkout_service.storage.name_keys import keys_of
from checkout_service.storage.rooms import bought_of, text_of_bought
from checkout_service.storage.rows import AnyRow

_FIXED = frozenset(("id", "seq", "kind", "ours", "link_id", "reference"))
_WRITTEN = ("kind", "state", "seen", "buyer", "bought")  # in another way than they are kept
_PLAIN = tuple(f.name for f in fields(Attempt) if f.name not in _WRITTEN)
_SEEN = ("seen_at", "seen_by_event")

COLUMNS = (*(f.name for f in fields(Attempt) if f.name != "seen"), *_SEEN)
"""All that a ledger needs of an attempt."""
CHANGING = (*(name for name in COLUMNS if name not in _FIXED), "buyer_name", "buyer_surname")
"""What a settlement may change of an attempt."""

_values = attrgetter(*_PLAIN)


def attempt_of(row: AnyRow) -> Attempt:
    return Attempt(
        kind=AttemptKind(row.kind),
        state=AttemptState(row.state),
        seen=Seen(row.seen_at, row.seen_by_event),
        buyer=buyer_of(row.buyer),
        bought=bought_of(row.bought),
        **dict(zip(_PLAIN, _values(row), strict=True)),
    )


def row_of(attempt: Attempt) -> dict[str, Any]:
    """Make the row of an attempt that is known, with its id."""
    row = dict(zip(_PLAIN, _values(attempt), strict=True))
    return row | {
        "kind": attempt.kind.value,
        "state": attempt.state.value,
        "seen_at": attempt.seen.at,
        "seen_by_event": attempt.seen.by_event,
        "buyer": text_of(attempt.buyer),
        **keys_of(attempt.buyer),
        "bought": text_of_bought(attempt.bought),
    }
