"""Ask Stripe to do something with money, once, whatever happens in between.

Our row stands first; its id is in Stripe's metadata and is the first idempotency key. An answer
that never came, or a 5xx, leaves the outcome unknown: then it is looked for before it is asked for
again, and another key is taken only when Stripe would show by now what the old one had done.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound, StripeRejected, StripeUnavailable
from checkout_service.domain.facts.fact import Fact, facts_of_look
from checkout_service.domain.facts.reading import is_on_its_way
from checkout_service.domain.facts.snapshots import IntentView, RefundView, SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind, WriteState
from checkout_service.domain.ports.intents import Intents
from checkout_service.domain.ports.refunds import RefundRequest, Refunds
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.schedule import backoff
from checkout_service.storage import money_writes
from checkout_service.storage.database import Database, Transaction

log = logging.getLogger(__name__)

_OF_HELD_MONEY = frozenset((WriteKind.CAPTURE, WriteKind.VOID))
_OVER = frozenset(("expired", "complete"))  # a session that can be paid no more


@frozen
class Outcome:
    """What Stripe showed of a write; `done` is false when the object could not be changed."""

    write: MoneyWrite
    facts: tuple[Fact, ...]
    done: bool = True
    known: RefundView | None = None  # what an event or a look had told before

    @property
    def refund(self) -> RefundView | None:
        if self.known is not None:
            return self.known
        views = (fact.subject for fact in self.facts)
        return next((view for view in views if isinstance(view, RefundView)), None)


@frozen
class WriteMoney:
    database: Database
    sessions: Sessions
    intents: Intents
    refunds: Refunds
    clock: Clock

    def closing(
        self, kind: WriteKind, order_id: str, subject: str, *, then: str, reason: str | None = None
    ) -> MoneyWrite:
        """Write down that a session or intent is to be closed, or return the closing under way."""
        return self.database.write(
            lambda c: self.closing_in(c, kind, order_id, subject, then=then, reason=reason)
        )

    def closing_in(
        self,
        connection: Transaction,
        kind: WriteKind,
        order_id: str,
        subject: str,
        *,
        then: str = "",
        reason: str | None = None,
    ) -> MoneyWrite:
        """Write a closing down in the caller's transaction."""
        details = {"then": then, "reason": reason}
        new = money_writes.NewWrite(kind, "", order_id, subject, details=details)
        return money_writes.put_closing(connection, new, now=self.clock.now())

    def finish(self, name: str, *, look_first: bool = False) -> Outcome:
        """Bring a write to its end; repeatable, by any number of processes at once.

        What was asked for before is looked for; `look_first` looks whatever was done before.
        Its outcome is for the caller to record, in one transaction with what follows from it: who
        dies before has done nothing but ask, and is followed by the sweep. Raises
        StripeUnavailable (the outcome is unknown: try again later) and StripeRejected.
        """
        with self.database.read() as connection:
            write = money_writes.by_id(connection, name)
            is_refund = write is not None and write.kind is WriteKind.REFUND
            known = money_writes.refund_of(connection, name) if is_refund else None
        if write is None:
            raise NotFound
        if known is not None:  # no list of Stripe's, which may lag, knows better
            return Outcome(write, (), known=known)
        if write.state is WriteState.REFUSED:
            raise StripeRejected("Stripe refused this before.", reason=write.last_error or "")
        if write.was_asked or look_first:
            found = self._look_again(write)
            if found is not None:
                return found
        return self._ask(self._with_good_key(write) if write.was_asked else write)

    def record(self, connection: Transaction, outcome: Outcome) -> None:
        """Write down that a write is over, in the caller's transaction."""
        refund = outcome.refund
        state = WriteState.DONE if outcome.done else WriteState.REFUSED
        result = refund.id if refund else None
        money_writes.finish(connection, outcome.write.id, state, result_id=result)

    def _look_again(self, write: MoneyWrite) -> Outcome | None:
        """Look for what an earlier try did; a look that fails is a try too, and rests."""
        try:
            return self._look_for(write)
        except (StripeUnavailable, StripeRejected) as error:
            self._rest(write, getattr(error, "reason", "") or error.code)
            raise

    def _with_good_key(self, write: MoneyWrite) -> MoneyWrite:
        """Take another key when this one is too old to give the same answer again.

        A key that was not used yet waits until Stripe would show what was done under another. Only
        a refund is found in a list, which may lag: what else was not done shows in its object, and
        once done it cannot be done again.
        """
        now = self.clock.now()
        if write.kind is not WriteKind.REFUND:
            return self._another_key(write)
        if not write.key_is_old(now) and not write.key_is_new:
            return write
        if not write.lists_show_it(now):
            self._rest(write, "it is not known what became of the last try")
            raise StripeUnavailable("It is not known yet what became of this.", retry_after=60)
        return write if write.key_is_new else self._another_key(write)

    def _another_key(self, write: MoneyWrite) -> MoneyWrite:
        key = f"{write.id}.{write.tries + 1}"
        log.warning("money.new_key", extra={"write": write.id, "tries": write.tries})
        if self.database.write(lambda c: money_writes.take_new_key(c, write, key)):
            return replace(write, key=key, key_at=None)
        with self.database.read() as connection:  # somebody else took one: go on under theirs
            return money_writes.by_id(connection, write.id) or write

    def _ask(self, write: MoneyWrite) -> Outcome:
        now = self.clock.now()
        rest = backoff(min(write.tries, _LONGEST_RESTS), now) or now
        if not self.database.write(lambda c: money_writes.begin(c, write, now=now, next_at=rest)):
            raise StripeUnavailable("Somebody else is asking for this right now.")
        try:
            outcome = self._call(write)
            if not outcome.done and write.kind in _OF_HELD_MONEY:
                outcome = self._look_for(write) or outcome  # another process may have done it
        except StripeUnavailable as error:
            self._unknown(write, error)
            raise
        except StripeRejected as refusal:
            return self._refused(write, refusal)
        return outcome

    def _unknown(self, write: MoneyWrite, error: StripeUnavailable) -> None:
        """Leave a key under which Stripe does nothing but repeat a 5xx."""
        if error.indeterminate and write.key_is_stuck(self.clock.now()):
            self._another_key(write)

    def _refused(self, write: MoneyWrite, refusal: StripeRejected) -> Outcome:
        """A refusal may mean that it was done before."""
        found = self._look_for(write) if write.was_asked else None
        if found is not None:
            return found
        reason = refusal.reason or "refused"
        self.database.write(
            lambda c: money_writes.finish(c, write.id, WriteState.REFUSED, error=reason)
        )
        raise refusal

    def _rest(self, write: MoneyWrite, error: str) -> None:
        now = self.clock.now()
        at = backoff(min(write.tries, _LONGEST_RESTS), now) or now
        self.database.write(lambda c: money_writes.rest(c, write.id, at=at, error=error))

    # What each kind asks, and how what it did is found again.

    def _call(self, write: MoneyWrite) -> Outcome:
        fact: Fact | None
        match write.kind:
            case WriteKind.REFUND:
                fact = self.refunds.create(_refund_request(write))
            case WriteKind.EXPIRE:
                fact = self.sessions.close(write.subject, idempotency_key=write.key)
            case WriteKind.CANCEL | WriteKind.VOID:
                fact = self.intents.close(
                    write.subject,
                    idempotency_key=write.key,
                    reason=write.details.get("reason"),
                )
            case WriteKind.CAPTURE:
                fact = self.intents.capture(
                    write.subject,
                    amount=write.amount,
                    idempotency_key=write.key,
                    request_id=write.id,
                )
        return Outcome(write, () if fact is None else (fact,), done=fact is not None)

    def _look_for(self, write: MoneyWrite) -> Outcome | None:
        """Find at Stripe what this write did; None if it shows nothing of it."""
        if write.kind is WriteKind.REFUND:
            for fact in self.refunds.find(write.subject):
                view = fact.subject
                if isinstance(view, RefundView) and view.request_id == write.id:
                    return Outcome(write, (fact,))
            return None
        look = self.sessions.look if write.kind is WriteKind.EXPIRE else self.intents.look
        facts = tuple(facts_of_look(look(write.subject, urgent=True)))
        # Nobody may cancel what its buyer has paid meanwhile by what takes its time.
        if write.kind is WriteKind.CANCEL and is_on_its_way(facts[0].subject, self.clock.now()):
            return Outcome(write, facts, done=False)
        if not any(_is_closed(fact) for fact in facts):
            return None
        held = write.kind in _OF_HELD_MONEY
        return Outcome(write, facts, done=not held or _is_done(write, facts[0]))


_LONGEST_RESTS = 6


def _is_closed(fact: Fact) -> bool:
    match fact.subject:
        case SessionView(status=status):
            return status in _OVER
        case IntentView(status=status):
            return status in ("canceled", "succeeded")
        case _:
            return False


def _is_done(write: MoneyWrite, fact: Fact) -> bool:
    """True if held money went the way that this write asked for, and for a capture by this one."""
    match fact.subject:
        case IntentView(status="canceled"):
            return write.kind is WriteKind.VOID
        case IntentView(status="succeeded", request_id=name):
            return write.kind is WriteKind.CAPTURE and name == write.id
        case _:
            return False


def _refund_request(write: MoneyWrite) -> RefundRequest:
    return RefundRequest(
        idempotency_key=write.key,
        request_id=write.id,
        order_id=write.order_id,
        intent_id=write.subject,
        amount=write.amount or 0,
        reason=write.details.get("reason"),
        metadata=write.details.get("metadata") or {},
    )
