"""A fact: what Stripe showed, when that was observed, and how much of the payment it covers.

An answer of Stripe's was observed when its request was sent, by our clock. An event was observed
when it was created, which Stripe tells in whole seconds: two observations of which one is an event
may be too close to order in time.
"""

from __future__ import annotations

from enum import Enum

from checkout_service.domain.clock import MINUTE, SECOND
from checkout_service.domain.frozen import frozen
from checkout_service.domain.replaced import replace

from .snapshots import (
    DisputeView,
    IncomingEvent,
    IntentView,
    RefundView,
    SessionView,
    Snapshot,
    Subject,
)

# A signed event of this age still proves that the money is there.
PROOF_LIFE = 2 * MINUTE


class Cover(Enum):
    """How much a fact shows of the payment that its object belongs to."""

    EVENT = "event"  # one object, as an event remembers it
    OBJECT = "object"  # one object as it is: a list without expansions, an answer to our own call
    WHOLE = "whole"  # with its payment, refunds and disputes, as far as our key may see


class Age(Enum):
    """How one observation stands to another of the same object."""

    LATER = "later"
    EARLIER = "earlier"
    UNKNOWN = "unknown"  # within the same second


@frozen
class Seen:
    """When something was observed, milliseconds UTC, and whether an event's clock says so."""

    at: int = 0
    by_event: bool = False

    @property
    def last(self) -> int:
        """The last moment that this may stand for."""
        return self.at + SECOND - 1 if self.by_event else self.at

    def not_after(self, now: int) -> Seen:
        """Cap it at now: whose clock said that it was observed later was ahead."""
        return self if self.at <= now else Seen(now)

    def age_beside(self, known: Seen) -> Age:
        """Compare this observation with one that is known; of two looks the one at hand is later.

        Looks of one order exclude each other, so the one that is recorded last began last.
        """
        if self.at > known.last or (self.at >= known.at and not (self.by_event or known.by_event)):
            return Age.LATER
        return Age.EARLIER if self.last < known.at else Age.UNKNOWN


NEVER = Seen()


@frozen
class Fact:
    """One object of Stripe's as it was observed; `fresh` is said of a signed event only."""

    subject: Subject
    seen: Seen
    cover: Cover
    fresh: bool = False

    @property
    def is_look(self) -> bool:
        """True for an answer of Stripe's, false for an event's memory."""
        return self.cover is not Cover.EVENT

    @property
    def proves(self) -> bool:
        """True if a success that it shows is a success now."""
        return self.fresh or self.cover is Cover.WHOLE


def fact_of_event(event: IncomingEvent, subject: Subject, *, now: int, signed: bool) -> Fact:
    """Make the fact that an event tells; `signed` says that it came by webhook just now.

    Its age is the larger of what our clock and the signature say: a wrong clock costs a look.
    It was observed no later than now, whatever its own time says.
    """
    ages = [now - event.created]
    if event.signed_at is not None:
        ages.append(event.signed_at - event.created)
    fresh = signed and event.signed_at is not None and max(ages) <= PROOF_LIFE
    return Fact(subject, Seen(min(event.created, now), by_event=True), Cover.EVENT, fresh=fresh)


def fact_of_answer(subject: Subject, *, asked_at: int) -> Fact:
    """Make a fact of an answer that shows one object and nothing around it."""
    return Fact(subject, Seen(asked_at), Cover.OBJECT)


def of_attempt(fact: Fact, attempt_id: str) -> Fact:
    """Name the attempt of an answer to our own call, whatever its metadata says."""
    subject = fact.subject
    if isinstance(subject, SessionView | IntentView):
        return replace(fact, subject=replace(subject, attempt_id=attempt_id))
    return fact


def facts_of_look(snapshot: Snapshot) -> list[Fact]:
    """List what a look brought, the payment first."""
    cover = Cover.WHOLE if snapshot.whole else Cover.OBJECT
    seen = Seen(snapshot.asked_at)
    found: list[SessionView | IntentView | RefundView | DisputeView] = []
    if snapshot.session is not None:
        found.append(snapshot.session)
    elif snapshot.intent is not None:
        found.append(snapshot.intent)
    return [Fact(view, seen, cover) for view in (*found, *snapshot.refunds, *snapshot.disputes)]
