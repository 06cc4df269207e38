"""What was set aside because it failed again and again, and why, in words for a person."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen

KINDS = ("order", "event", "money_write", "link_session")

UNKNOWN_AT_STRIPE = "resource_missing"
_IN_WORDS = {
    UNKNOWN_AT_STRIPE: "unknown to Stripe, as if made with the keys of another account or mode",
}


@frozen
class Quarantined:
    """One thing in quarantine: its kind, its id, and the code or error that put it there."""

    kind: str
    id: str
    reason: str

    @property
    def why(self) -> str:
        return in_words(self.reason)


@frozen
class QuarantinedLook:
    """Looks at Stripe that failed so often that a person must see to the order; when, and why."""

    at: int
    reason: str

    @property
    def why(self) -> str:
        return in_words(self.reason)


def in_words(why: str) -> str:
    """Say what a code means, where that is not plain from the code."""
    return _IN_WORDS.get(why, why) or "unknown"
