"""Checkout Sessions: open, close, look at one, list many."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.gateway import SessionRequest
from checkout_service.domain.ids import is_session_id
from checkout_service.domain.snapshots import SessionView, Snapshot

from .calls import Calls, reading
from .expansions import Expansions
from .failures import NOT_ABOUT_STATE
from .fields import Json, Malformed, maybe_object, reference
from .intents import Intents
from .money_back import disputes_of, refunds_of
from .params import created_between, session_params
from .translate import session_view

log = logging.getLogger(__name__)

_PAYMENTS = "/v1/invoice_payments"
_SESSIONS, _ONE = "/v1/checkout/sessions", "/v1/checkout/sessions/{id}"

_EXPANSIONS = (
    "payment_intent.latest_charge.refunds",
    "payment_intent.latest_charge",
    "payment_intent",
)


@dataclass(frozen=True, slots=True)
class Sessions:
    calls: Calls
    intents: Intents
    _expansions: Expansions = field(default_factory=lambda: Expansions(_EXPANSIONS))

    def open(self, request: SessionRequest) -> SessionView:
        params = session_params(request)
        data = self.calls.post(_SESSIONS, params, key=request.idempotency_key)
        with reading(write=True):
            return session_view(data)

    def close(self, session_id: str) -> SessionView | None:
        """Expire a session; None when it was not open any more.

        Expiring takes no parameters, so a plain refusal can only be about the session's state.
        """
        _check(session_id)
        try:
            data = self.calls.post(f"{_ONE}/expire", {}, of=session_id)
        except StripeRejected as refusal:
            if refusal.permission or refusal.reason in NOT_ABOUT_STATE:
                raise
            return None
        with reading(write=True):
            return session_view(data)

    def look(self, session_id: str, *, urgent: bool) -> Snapshot:
        """Retrieve a session with its payment, refunds and disputes."""
        _check(session_id)
        data = self._expansions.retrieve(
            lambda expand: self.calls.get(_ONE, {"expand": expand}, of=session_id, urgent=urgent)
        )
        with reading():
            view = session_view(data)
            if view.id != session_id:
                raise Malformed("id")
            charge = _charge_of(data)
            invoice = reference(data, "invoice")
        if invoice is not None and view.intent_id is None:
            return self._look_at_invoice(view, invoice, urgent=urgent)
        if charge is None or view.intent_id is None:
            return Snapshot(session=view)
        return Snapshot(
            session=view,
            refunds=refunds_of(self.calls, view.intent_id, charge, urgent=urgent),
            disputes=disputes_of(self.calls, view.intent_id, charge, urgent=urgent),
        )

    def _look_at_invoice(self, view: SessionView, invoice: str, *, urgent: bool) -> Snapshot:
        """Look at what pays a subscription's first invoice: such a session shows no payment.

        https://docs.stripe.com/api/invoice-payment
        """
        intent_id = self._payer(invoice, urgent=urgent)
        if intent_id is None:
            return Snapshot(session=view)
        paid = self.intents.look(intent_id, urgent=urgent)
        view = replace(view, intent_id=intent_id, intent=paid.intent)
        return Snapshot(session=view, refunds=paid.refunds, disputes=paid.disputes)

    def _payer(self, invoice: str, *, urgent: bool) -> str | None:
        """Name the intent of an invoice; None where the key may not read it, or nobody paid."""
        try:
            page = self.calls.page(_PAYMENTS, {"invoice": invoice}, urgent=urgent)
        except StripeRejected as refusal:
            if not refusal.permission:
                raise
            log.warning("stripe.permission_missing", extra={"call": f"get {_PAYMENTS}"})
            return None
        with reading():
            payments = sorted(page.items, key=lambda item: item.get("status") != "paid")
            payers = [
                reference(maybe_object(item.get("payment"), "payment"), "payment_intent")
                for item in payments
            ]
        return next(filter(None, payers), None)

    def find(
        self,
        created_from: int | None,
        created_to: int | None,
        payment_link: str | None,
        status: str | None,
    ) -> Iterator[SessionView]:
        """List sessions newest first. Their intents are not expanded: see the domain's reading."""
        filters = {"payment_link": payment_link, "status": status}
        params = {
            **created_between(created_from, created_to),
            **{name: value for name, value in filters.items() if value is not None},
        }
        for page in self.calls.pages(_SESSIONS, params):
            with reading():
                views = [session_view(item) for item in page.items]
            yield from views


def _charge_of(session: Json) -> Json | None:
    intent = session.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    return charge if isinstance(charge, dict) else None


def _check(session_id: str) -> None:
    if not is_session_id(session_id):
        raise StripeRejected("There is no such session at Stripe.", reason="resource_missing")
