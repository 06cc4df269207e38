"""Ask Stripe to open a drafted attempt; repeatable, because the draft holds the key.

The same key gives the same session. A 5xx is replayed under its key, so then the session is
looked for by our id in its metadata, and only if it is not there a new key is used
(https://docs.stripe.com/error-low-level).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from checkout_service.domain.checkout_options import HALF_HOUR
from checkout_service.domain.clock import DAY, MINUTE, SECOND, Clock
from checkout_service.domain.errors import (
    GatewayError,
    NotFound,
    OpenedWrong,
    OrderCanceled,
    StripeRejected,
    StripeUnavailable,
)
from checkout_service.domain.facts.fact import Fact, facts_of_look, of_attempt
from checkout_service.domain.facts.snapshots import SessionView, Snapshot
from checkout_service.domain.guard import Mismatches, opening_mismatches
from checkout_service.domain.order.cart import Line
from checkout_service.domain.order.changes import Change, unchanged, withdraw
from checkout_service.domain.ports.gateway import (
    IntentRequest,
    LineRequest,
    PaymentGateway,
    SessionRequest,
)
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.records import AttemptRecord, OrderRecord
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .close_attempt import CloseAttempt

log = logging.getLogger(__name__)

_FIND_MOST = 500
_LATE_BY = 2 * MINUTE  # a request may reach Stripe this long after its draft was written
_TWIN_WAIT_SECONDS = 8.0
_TWIN_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    database: Database
    gateway: PaymentGateway
    settle_order: SettleOrder
    close_attempt: CloseAttempt
    clock: Clock

    def open(self, order_id: str, *, source: str) -> str | None:
        """Open the order's draft at Stripe and record it; nothing to do without a draft.

        Returns the client secret of a PaymentIntent just opened, never to be stored. Raises
        StripeUnavailable (try again: the draft stays), StripeRejected (the draft is given up) and
        OpenedWrong (the session that came back is not the one that was asked for).
        """
        order, draft, lines = self._read(order_id)
        if draft is None:
            return None
        try:
            fact, secret = self._ask(order, draft, lines)
        except StripeUnavailable as error:
            self._update(draft, {"tries": draft.tries + 1})
            if error.in_use and self._wait_for_twin(draft.id):
                return None
            raise
        except StripeRejected as refusal:
            why = f"Stripe refused: {refusal.reason or refusal}"
            self.give_up(order_id, draft.id, source=source, reason=why)
            raise
        settled = self.settle_order.settle(Case(source, [of_attempt(fact, draft.id)], order_id))
        if settled.after.canceled:
            self._close_again(order_id, fact, source)
            raise OrderCanceled
        if isinstance(fact.subject, SessionView):
            self._refuse_if_wrong(order_id, draft.id, fact.subject, source)
        return secret

    def _close_again(self, order_id: str, fact: Fact, source: str) -> None:
        """Close what was opened while the merchant canceled: nobody may pay it."""
        try:
            if isinstance(fact.subject, SessionView):
                self.close_attempt.session(order_id, fact.subject.id, source=source, canceling=True)
            else:
                self.close_attempt.intent(order_id, fact.subject.id, source=source, canceling=True)
        except GatewayError:  # the closing is written down: the sweep goes on with it
            log.warning("attempt.still_open", extra={"order_id": order_id})

    def _refuse_if_wrong(
        self, order_id: str, attempt_id: str, view: SessionView, source: str
    ) -> None:
        """Close a session that is not what was asked for, before a buyer is sent there."""
        found = self._mismatches(order_id, attempt_id, view)
        if not found:
            return
        log.error("session.opened_wrong", extra={"order_id": order_id, "what": sorted(found)})
        try:
            self.close_attempt.session(order_id, view.id, source=source)
        except GatewayError:  # the closing is written down: the sweep goes on with it
            self.database.write(lambda c: orders.make_look_due(c, order_id, AT_ONCE))
        told = (
            f"{difference.seen} instead of {difference.expected}" for difference in found.values()
        )
        raise OpenedWrong("; ".join(told))

    def _mismatches(self, order_id: str, attempt_id: str, view: SessionView) -> Mismatches:
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        if loaded is None:
            return {}
        attempt = next((a for a in loaded.ledger.attempts if a.id == attempt_id), None)
        return {} if attempt is None else opening_mismatches(loaded.ledger.terms, attempt, view)

    def _read(self, order_id: str) -> tuple[OrderRecord, AttemptRecord | None, tuple[Line, ...]]:
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
            if order is None:
                raise NotFound
            tries = orders.attempts_of(connection, order_id)
            draft = next((a for a in reversed(tries) if a.state is AttemptState.DRAFT), None)
            return order, draft, orders.lines_of(connection, order_id, order.currency)

    def _ask(
        self, order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...]
    ) -> tuple[Fact, str | None]:
        """Ask with the draft's key; after a 5xx look for what it made before using a new key."""
        try:
            return self._open(order, draft, lines, draft.idempotency_key)
        except StripeUnavailable as error:
            if not error.indeterminate:
                raise
        found = self._find(draft)
        if found is not None:
            return found, None
        key = f"{draft.id}.{draft.tries + 1}"
        log.warning("attempt.new_key", extra={"attempt": draft.id, "tries": draft.tries})
        self._update(draft, {"idempotency_key": key})
        return self._open(order, draft, lines, key)

    def _open(
        self, order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...], key: str
    ) -> tuple[Fact, str | None]:
        if draft.kind is AttemptKind.INTENT:
            return self.gateway.open_intent(intent_request(order, draft, lines, key))
        return self.gateway.open_session(session_request(order, draft, lines, key)), None

    def _find(self, draft: AttemptRecord) -> Fact | None:
        """Look for what a lost answer spoke of, newest first."""
        since = draft.created_at - DAY
        listing: Iterator[Snapshot] = (
            self.gateway.find_intents(created_from=since, created_to=draft.created_at + DAY)
            if draft.kind is AttemptKind.INTENT
            else self.gateway.find_sessions(created_from=since)
        )
        for snapshot in islice(listing, _FIND_MOST):
            view = snapshot.session or snapshot.intent
            if view is not None and view.attempt_id == draft.id:
                return facts_of_look(snapshot)[0]
        return None

    def _wait_for_twin(self, attempt_id: str) -> bool:
        """Wait for the twin of this request (a double click) to record its session."""
        until = self.clock.monotonic() + _TWIN_WAIT_SECONDS
        while self.clock.monotonic() < until:
            self.clock.sleep(_TWIN_PAUSE_SECONDS)
            with self.database.read() as connection:
                row = orders.attempt_by_id(connection, attempt_id)
            if row is not None and row.state is not AttemptState.DRAFT:
                return True
        return False

    def _update(self, draft: AttemptRecord, values: dict[str, Any]) -> None:
        self.database.write(lambda c: orders.update_attempt(c, draft.id, values))

    def give_up(
        self,
        order_id: str,
        attempt_id: str,
        *,
        source: str,
        reason: str = "never opened",
        then: Change = unchanged,
    ) -> None:
        """Withdraw a draft that cannot be opened any more."""
        change = withdraw(attempt_id, then=then)
        self.settle_order.settle(
            Case(source, order_id=order_id, change=change, reason=reason[:200])
        )


def intent_request(
    order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...], key: str
) -> IntentRequest:
    return IntentRequest(
        idempotency_key=key,
        order_id=order.id,
        attempt_id=draft.id,
        amount=order.amount_total,
        currency=order.currency,
        description=", ".join(f"{line.quantity} x {line.name}" for line in lines)[:1000],
        customer_email=order.customer_email,
        metadata=order.metadata,
    )


def _end_of(created_at: int, seconds: int | None) -> int | None:
    """Return when a session ends; None for a whole day, which is what Stripe gives by itself.

    Stripe counts its shortest life, half an hour, from when it hears of the session.
    """
    if seconds is None or seconds >= DAY // SECOND:
        return None
    return created_at + max(seconds * SECOND, HALF_HOUR * SECOND + _LATE_BY)


def session_request(
    order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...], key: str
) -> SessionRequest:
    """Build the request from our rows alone, so that a repeat is equal to the first."""
    options = dict(order.options)
    expires_after = options.pop("expires_after", None)
    return SessionRequest(
        idempotency_key=key,
        order_id=order.id,
        attempt_id=draft.id,
        reference=draft.reference or order.id,
        mode=order.mode,
        currency=order.currency,
        lines=tuple(
            LineRequest(
                name=line.name,
                unit_amount=line.unit_amount,
                currency=line.currency,
                quantity=line.quantity,
                description=line.description or None,
                stripe_price=line.stripe_price,
                recurring=line.recurring,
            )
            for line in lines
        ),
        success_url=order.success_url,
        cancel_url=order.cancel_url,
        customer_email=order.customer_email,
        locale=order.locale,
        metadata=order.metadata,
        expires_at=_end_of(draft.created_at, expires_after),
        options=options,
    )
