"""Ask Stripe to open a drafted attempt; repeatable, because the draft holds the key.

The same key gives the same session. A 5xx is replayed under its key, so then the session is
looked for by our id in its metadata, and only if it is not there a new key is used
(https://docs.stripe.com/error-low-level).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from checkout_service.domain.cart import Line
from checkout_service.domain.changes import Change, unchanged, withdraw
from checkout_service.domain.checkout_options import HALF_HOUR
from checkout_service.domain.clock import DAY, MINUTE, SECOND
from checkout_service.domain.errors import NotFound, StripeRejected, StripeUnavailable
from checkout_service.domain.gateway import (
    IntentRequest,
    LineRequest,
    PaymentGateway,
    SessionRequest,
)
from checkout_service.domain.snapshots import IntentView, SessionView
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.rows import AnyRow

from .settle_order import SettleOrder

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

    def __call__(self, order_id: str, *, source: str) -> str | None:
        """Open the order's draft at Stripe and record it; nothing to do without a draft.

        Gives the client secret of a PaymentIntent just opened, never to be stored. Raises
        StripeUnavailable (try again: the draft stays) and StripeRejected (the draft is given up).
        """
        order, draft, lines = self._read(order_id)
        if draft is None:
            return None
        try:
            view, secret = self._ask(order, draft, lines)
        except StripeUnavailable as error:
            self._update(draft, {"tries": draft.tries + 1})
            if error.in_use and self._wait_for_twin(draft.id):
                return None
            raise
        except StripeRejected as refusal:
            why = f"Stripe refused: {refusal.reason or refusal}"
            self.give_up(order_id, draft.id, source=source, reason=why)
            raise
        # The answer to our own call is this attempt's, whatever its metadata says.
        view = replace(view, attempt_id=draft.id)
        self.settle_order.record_look(order_id, [view], source=source)
        return secret

    def _read(self, order_id: str) -> tuple[AnyRow, AnyRow | None, tuple[Line, ...]]:
        with self.database.read() as connection:
            order = orders.order_row(connection, order_id)
            if order is None:
                raise NotFound
            tries = orders.attempt_rows(connection, order_id)
            draft = next((a for a in reversed(tries) if a.state == "draft"), None)
            return order, draft, orders.lines_of(connection, order_id, order.currency)

    def _ask(
        self, order: AnyRow, draft: AnyRow, lines: tuple[Line, ...]
    ) -> tuple[SessionView | IntentView, str | None]:
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
        self, order: AnyRow, draft: AnyRow, lines: tuple[Line, ...], key: str
    ) -> tuple[SessionView | IntentView, str | None]:
        if draft.kind == AttemptKind.INTENT:
            return self.gateway.open_intent(intent_request(order, draft, lines, key))
        return self.gateway.open_session(session_request(order, draft, lines, key)), None

    def _find(self, draft: AnyRow) -> SessionView | IntentView | None:
        """Look for what a lost answer spoke of, newest first."""
        since = draft.created_at - DAY
        listing: Iterator[SessionView | IntentView] = (
            self.gateway.find_intents(created_from=since, created_to=draft.created_at + DAY)
            if draft.kind == AttemptKind.INTENT
            else self.gateway.find_sessions(created_from=since)
        )
        return next((v for v in islice(listing, _FIND_MOST) if v.attempt_id == draft.id), None)

    def _wait_for_twin(self, attempt_id: str) -> bool:
        """Wait for the twin of this request (a double click) to record its session."""
        until = time.monotonic() + _TWIN_WAIT_SECONDS
        while time.monotonic() < until:
            time.sleep(_TWIN_PAUSE_SECONDS)
            with self.database.read() as connection:
                row = orders.attempt_by_id(connection, attempt_id)
            if row is not None and row.state != AttemptState.DRAFT:
                return True
        return False

    def _update(self, draft: AnyRow, values: dict[str, Any]) -> None:
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
        self.database.write(
            lambda c: self.settle_order.record(
                c, order_id, [], source=source, change=change, reason=reason[:200]
            )
        )


def intent_request(
    order: AnyRow, draft: AnyRow, lines: tuple[Line, ...], key: str
) -> IntentRequest:
    return IntentRequest(
        idempotency_key=key,
        order_id=order.id,
        attempt_id=draft.id,
        amount=order.amount_total,
        currency=order.currency,
        description=", ".join(f"{line.quantity} x {line.name}" for line in lines)[:1000],
        customer_email=order.customer_email,
        metadata=json.loads(order.metadata),
    )


def _end_of(created_at: int, seconds: int | None) -> int | None:
    """Say when a session ends; None for a whole day, which is what Stripe gives by itself.

    Stripe counts its shortest life, half an hour, from when it hears of the session.
    """
    if seconds is None or seconds >= DAY // SECOND:
        return None
    return created_at + max(seconds * SECOND, HALF_HOUR * SECOND + _LATE_BY)


def session_request(
    order: AnyRow, draft: AnyRow, lines: tuple[Line, ...], key: str
) -> SessionRequest:
    """Build the request from our rows alone, so that a repeat is equal to the first."""
    options = json.loads(order.options)
    expires_after = options.pop("expires_after", None)
    return SessionRequest(
        idempotency_key=key,
        order_id=order.id,
        attempt_id=draft.id,
        reference=draft.reference,
        mode=order.mode,
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
        metadata=json.loads(order.metadata),
        expires_at=_end_of(draft.created_at, expires_after),
        options=options,
    )
