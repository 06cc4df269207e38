"""Writes of money at Stripe: what is asked, under which key, and what is known of the outcome.

The same key gives the same answer for a day, a 5xx too. After that only looking tells whether it
was done. https://docs.stripe.com/error-low-level
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from checkout_service.domain.clock import HOUR, MINUTE
from checkout_service.domain.frozen import frozen

PREFIX = "mwr"  # of the ids of our writes
# Stripe forgets keys after 24 hours at the earliest.
KEY_LIFE = 23 * HOUR
# A list may lag behind: what it does not show so long after we asked was not done.
LIST_LAG = 5 * MINUTE


class WriteKind(StrEnum):
    REFUND = "refund"
    EXPIRE = "expire"
    CANCEL = "cancel"
    CAPTURE = "capture"
    VOID = "void"


class WriteState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@frozen
class MoneyWrite:
    """One write of ours; `subject` is the intent or session, `amount` in minor units.

    `key_at` is when its key was first used, `asked_at` when Stripe was asked last: milliseconds
    UTC. `result_id` is what Stripe made, or the write of ours that was under way already.
    """

    id: str
    kind: WriteKind
    state: WriteState
    order_id: str
    subject: str
    amount: int | None
    details: Mapping[str, Any]
    key: str
    key_at: int | None
    asked_at: int | None
    tries: int
    result_id: str | None
    last_error: str | None
    created_at: int

    @property
    def joined(self) -> str | None:
        """Name the write that was under way when this was asked for, and does it."""
        name = self.result_id or ""
        return name if name.startswith(f"{PREFIX}_") else None

    @property
    def was_asked(self) -> bool:
        """True if Stripe may have done it already."""
        return self.asked_at is not None

    def key_is_old(self, now: int) -> bool:
        """True if Stripe may have forgotten the key: under it the write would be done once more."""
        return self.key_at is not None and now - self.key_at >= KEY_LIFE

    @property
    def key_is_new(self) -> bool:
        """True if Stripe was asked before, but not under this key."""
        return self.was_asked and self.key_at is None

    def key_is_stuck(self, now: int) -> bool:
        """True if the key has been in use for so long that another 5xx is only a repetition."""
        return self.key_at is not None and now - self.key_at >= LIST_LAG

    def lists_show_it(self, now: int) -> bool:
        """True if a list of Stripe's would show it by now, had it been done."""
        return self.asked_at is None or now - self.asked_at >= LIST_LAG
