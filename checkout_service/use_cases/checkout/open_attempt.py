"""Ask Stripe to open a drafted attempt; repeatable, because the draft holds the key.

The same key gives the same session. A 5xx is replayed under its key, so then the session is
looked for by our id in its metadata, and only if it is not there a new key is used
(https://docs.stripe.com/error-low-level).
"""

from __future__ import annotations

import logging
from dataclasses import field
from typing import Any

from checkout_service.domain.clock import MINUTE, Clock
from checkout_service.domain.errors import (
    GatewayError,
    NotFound,
    OpenedWrong,
    OrderCanceled,
    StripeRejected,
    StripeUnavailable,
)
from checkout_service.domain.facts.fact import Fact, of_attempt
from checkout_service.domain.facts.snapshots import IntentView, SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.guard import Mismatches, unpayable, wrongly_opened
from checkout_service.domain.order.changes import Change, unchanged, withdraw
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.line import Line
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind
from checkout_service.domain.ports.intents import Intents
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.replaced import replace
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.storage import orders
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.as_written import NewOrder
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.records import AttemptRecord, OrderRecord
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .close_attempt import CloseAttempt
from .find_opened import MOST_AT_LAST, find_opened
from .opening_request import intent_request, session_request

log = logging.getLogger(__name__)

_FRESH = MINUTE  # whoever drafted it asks for it
_TWIN_WAIT_SECONDS = 8.0
_TWIN_PAUSE_SECONDS = 0.1


@frozen
class Opened:
    """What Stripe opened; `answered` says that its answer is at hand, with its client secret.

    `hosted` says that it is paid on Stripe's own page.
    """

    fact: Fact
    secret: str | None = field(default=None, repr=False)
    answered: bool = False
    hosted: bool = False

    @property
    def view(self) -> SessionView | IntentView:
        view = self.fact.subject
        if isinstance(view, SessionView | IntentView):
            return view
        raise TypeError(view)

    @property
    def way(self) -> str | None:
        """What leads the buyer to it: the url of Stripe's page, or the secret of a form."""
        view = self.fact.subject
        return view.url if self.hosted and isinstance(view, SessionView) else self.secret


@frozen
class Opening:
    """What became of an opening: the client secret for a form, never to be stored.

    `order` is the order after it, where that is known without reading it.
    """

    secret: str | None = field(default=None, repr=False)
    order: Loaded | None = None


@frozen
class OpenAttempt:
    database: Database
    sessions: Sessions
    intents: Intents
    settle_order: SettleOrder
    close_attempt: CloseAttempt
    clock: Clock

    def open(self, order_id: str, *, source: str, written: NewOrder | None = None) -> Opening:
        """Open the order's draft at Stripe and record it; nothing to do without a draft.

        `written` is the order where it was written a moment ago: it need not be read. Raises
        StripeUnavailable (try again: the draft stays), StripeRejected (the draft is given up),
        OrderCanceled and OpenedWrong (what came back is not what was asked for, and is closed).
        """
        order, draft, lines = _parts(written) if written else self._read(order_id)
        if draft is None:
            return Opening()
        try:
            opened = self._ask(order, draft, lines)
        except StripeUnavailable as error:
            self._update(draft, {"tries": draft.tries + 1})
            if error.in_use and self._wait_for_twin(draft.id):
                return Opening()
            raise
        except StripeRejected as refusal:
            why = f"Stripe refused: {refusal.reason or refusal}"
            self._withdraw(order_id, draft.id, source=source, reason=why)
            raise
        known = self._record_unread(written.loaded, opened, source) if written else None
        if known is None:
            self._record(order_id, draft.id, opened, source)
        return Opening(opened.secret, known)

    def give_up(
        self,
        order_id: str,
        *,
        source: str,
        reason: str = "never opened",
        then: Change = unchanged,
    ) -> None:
        """Withdraw the order's draft, unless Stripe has opened it: then that is recorded instead.

        Raises GatewayError and what recording raises: OrderCanceled, OpenedWrong.
        """
        _, draft, _ = self._read(order_id)
        if draft is None:
            return
        found = find_opened(self.sessions, self.intents, draft, most=MOST_AT_LAST)
        if found is None:
            self._withdraw(order_id, draft.id, source=source, reason=reason, then=then)
        else:
            self._record(order_id, draft.id, Opened(found), source)

    def _record_unread(self, loaded: Loaded, opened: Opened, source: str) -> Loaded | None:
        """Record what Stripe opened for an order that nobody touched since it was written.

        None if somebody did, or if it is not what was asked for.
        """
        (draft,) = loaded.ledger.attempts
        if _mismatches(loaded.ledger, draft.id, opened):
            return None
        fact = of_attempt(opened.fact, draft.id)
        case = Case(source, [fact], loaded.ledger.terms.order_id)
        settled = self.settle_order.settle_unread(case, loaded)
        return None if settled is None else replace(loaded, ledger=settled.after)

    def _record(self, order_id: str, attempt_id: str, opened: Opened, source: str) -> None:
        """Record what Stripe opened; close it if it is wrong, or its order was canceled."""
        opened = replace(opened, fact=of_attempt(opened.fact, attempt_id))
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        wrong = {} if loaded is None else _mismatches(loaded.ledger, attempt_id, opened)
        if wrong:
            log.error("attempt.opened_wrong", extra={"order_id": order_id, "what": sorted(wrong)})
            self._close_wrong(order_id, opened, source)
            differences = (f"{one.seen} instead of {one.expected}" for one in wrong.values())
            raise OpenedWrong("; ".join(differences))
        settled = self.settle_order.settle(Case(source, [opened.fact], order_id))
        if settled.after.canceled:
            self._close_again(order_id, opened.view, source)
            raise OrderCanceled

    def _close_again(self, order_id: str, view: SessionView | IntentView, source: str) -> None:
        """Close what was opened while the merchant canceled: nobody may pay it."""
        try:
            if isinstance(view, SessionView):
                self.close_attempt.session(order_id, view.id, source=source, canceling=True)
            else:
                self.close_attempt.intent(order_id, view.id, source=source, canceling=True)
        except GatewayError:  # the closing is written down: the sweep goes on with it
            log.warning("attempt.still_open", extra={"order_id": order_id})

    def _close_wrong(self, order_id: str, opened: Opened, source: str) -> None:
        """Close what is not what was asked for, before a buyer is sent there.

        It is recorded together with its closing: no process that dies leaves it open. Of what it
        says only its id is believed.
        """
        case = Case(source, [replace(opened.fact, subject=_as_unpaid(opened.view))], order_id)

        def record(connection: Transaction) -> MoneyWrite:
            self.settle_order.settle_in(connection, case)
            is_session = isinstance(opened.view, SessionView)
            kind = WriteKind.EXPIRE if is_session else WriteKind.CANCEL
            return self.close_attempt.write_money.closing_in(
                connection, kind, order_id, opened.view.id
            )

        write = self.database.write(record)
        try:
            self.close_attempt.finish(write, source=source)
        except GatewayError:  # the closing is written down: the sweep goes on with it
            log.warning("attempt.still_open", extra={"order_id": order_id})

    def _read(self, order_id: str) -> tuple[OrderRecord, AttemptRecord | None, tuple[Line, ...]]:
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
            if order is None:
                raise NotFound
            tries = orders.attempts_of(connection, order_id)
            draft = next((a for a in reversed(tries) if a.state is AttemptState.DRAFT), None)
            return order, draft, orders.lines_of(connection, order_id, order.currency)

    def _ask(self, order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...]) -> Opened:
        """Ask with the draft's key; after a 5xx look for what it made before using a new key.

        A refusal says nothing of what an earlier request has opened.
        """
        refusal: StripeRejected | None = None
        try:
            return self._open(order, draft, lines, draft.idempotency_key)
        except StripeRejected as error:
            if not draft.tries and self.clock.now() - draft.created_at < _FRESH:
                raise
            refusal = error
        except StripeUnavailable as error:
            if not error.indeterminate:
                raise
        found = find_opened(self.sessions, self.intents, draft)
        if found is not None:
            return Opened(found)
        if refusal is not None:
            raise refusal
        key = f"{draft.id}.{draft.tries + 1}"
        log.warning("attempt.new_key", extra={"attempt": draft.id, "tries": draft.tries})
        self._update(draft, {"idempotency_key": key})
        return self._open(order, draft, lines, key)

    def _open(
        self, order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...], key: str
    ) -> Opened:
        if draft.kind is AttemptKind.INTENT:
            fact, secret = self.intents.open(intent_request(order, draft, lines, key))
            return Opened(fact, secret, answered=True)
        fact, secret = self.sessions.open(session_request(order, draft, lines, key))
        return Opened(fact, secret, answered=True, hosted="ui_mode" not in order.options)

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

    def _withdraw(
        self,
        order_id: str,
        attempt_id: str,
        *,
        source: str,
        reason: str,
        then: Change = unchanged,
    ) -> None:
        """Withdraw a draft that cannot be opened any more."""
        change = withdraw(attempt_id, then=then)
        self.settle_order.settle(
            Case(source, order_id=order_id, change=change, reason=reason[:200])
        )


def _parts(written: NewOrder) -> tuple[OrderRecord, AttemptRecord | None, tuple[Line, ...]]:
    return written.order, written.draft, written.lines


def _mismatches(ledger: Ledger, attempt_id: str, opened: Opened) -> Mismatches:
    attempt = next((a for a in ledger.attempts if a.id == attempt_id), None)
    found = {} if attempt is None else wrongly_opened(ledger.terms, attempt, opened.view)
    if opened.answered:
        found = unpayable(opened.view, opened.way) | found
    return found


def _as_unpaid(view: SessionView | IntentView) -> SessionView | IntentView:
    if isinstance(view, SessionView):
        unpaid = replace(view, status="open", payment_status="unpaid")
        return replace(unpaid, url=None, intent_id=None, intent=None)
    return replace(view, status="requires_payment_method", amount_received=0, waits=False)
