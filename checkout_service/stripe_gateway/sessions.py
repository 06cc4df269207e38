"""Checkout Sessions: open, close, look at one, list many.

A client secret passes through and is kept nowhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import field

from checkout_service.domain.errors import StripeRejected, UnknownToStripe
from checkout_service.domain.facts.fact import Fact, fact_of_answer
from checkout_service.domain.facts.snapshots import SessionView, Snapshot
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_session_id
from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from checkout_service.domain.replaced import replace

from . import routes
from .beside_session import hides_more, saved_method, with_what_was_chosen
from .calls import Calls, Page, reading
from .expansions import Expansions
from .failures import NOT_ABOUT_STATE
from .fields import Json, Malformed, flag, maybe_object, maybe_secret, reference
from .intents import StripeIntents
from .money_back import money_back_of, refunds_shown
from .params import Params, created_between, items_params, session_params
from .translate import session_view
from .translate_buyer import with_rate_names

log = logging.getLogger(__name__)

_PAYMENT = (
    "payment_intent.latest_charge.refunds",
    "payment_intent.latest_charge",
    "payment_intent",
)
# Links for the buyer, and what the way to ship is called: asked for on reads made anyway.
_BESIDE = ("invoice", "shipping_cost.shipping_rate")
_EXPANSIONS = ((_PAYMENT[0], *_BESIDE), *((way,) for way in _PAYMENT))
_IN_LISTS = tuple(tuple(f"data.{name}" for name in way) for way in _EXPANSIONS)


@frozen
class StripeSessions:
    """See the protocol for what each promises and raises."""

    calls: Calls
    intents: StripeIntents
    reads_charges: bool = True  # else a look asks for no more than such a key is known to see
    _all: Expansions = field(default_factory=lambda: Expansions(_EXPANSIONS))
    _least: Expansions = field(default_factory=lambda: Expansions(_EXPANSIONS[-1:]))
    _in_lists: Expansions = field(default_factory=lambda: Expansions(_IN_LISTS))

    def open(self, request: SessionRequest) -> tuple[Fact, str | None]:
        params = session_params(request)
        asked_at = self.calls.clock.now()
        data = self.calls.post(routes.OPEN_SESSION, params, key=request.idempotency_key)
        with reading(write=True):
            view = session_view(data)
            buyer = with_rate_names(view.buyer, params, data)
            return fact_of_answer(replace(view, buyer=buyer), asked_at=asked_at), maybe_secret(data)

    def client_secret(self, session_id: str) -> str | None:
        _check(session_id)
        data = self.calls.get(routes.LOOK_AT_SESSION, {}, of=session_id, urgent=True)
        with reading():
            if data.get("id") != session_id:
                raise Malformed("id")
            return maybe_secret(data)

    def update(
        self,
        session_id: str,
        *,
        lines: tuple[LineRequest, ...],
        options: Mapping[str, object],
        idempotency_key: str,
    ) -> Fact:
        _check(session_id)
        asked_at = self.calls.clock.now()
        params = items_params(lines, options)
        data = self.calls.post(routes.UPDATE_SESSION, params, of=session_id, key=idempotency_key)
        with reading(write=True):
            view = session_view(data)
            if view.id != session_id:
                raise Malformed("id")
            return fact_of_answer(view, asked_at=asked_at)

    def close(self, session_id: str, *, idempotency_key: str) -> Fact | None:
        """Expire a session; None when it was not open any more.

        Expiring takes no parameters, so a plain refusal can only be about the session's state.
        """
        _check(session_id)
        asked_at = self.calls.clock.now()
        try:
            data = self.calls.post(routes.EXPIRE_SESSION, {}, of=session_id, key=idempotency_key)
        except StripeRejected as refusal:
            if refusal.permission or refusal.reason in NOT_ABOUT_STATE:
                raise
            return None
        with reading(write=True):
            # The answer to our own call: this session, whatever else it says.
            view = replace(session_view(data), id=session_id)
            return fact_of_answer(view, asked_at=asked_at)

    def look(self, session_id: str, *, urgent: bool) -> Snapshot:
        """Retrieve a session with its payment, refunds and disputes."""
        _check(session_id)
        expansions = self._all if self.reads_charges else self._least
        data, asked_at = expansions.retrieve(
            lambda expand: self.calls.get_at(
                routes.LOOK_AT_SESSION, {"expand": expand}, of=session_id, urgent=urgent
            )
        )
        data = with_what_was_chosen(self.calls, data, urgent=urgent)
        with reading():
            view = session_view(data)
            if view.id != session_id:
                raise Malformed("id")
            charge = _charge_of(data)
            invoice = reference(data, "invoice")
        if view.mode == "setup":
            return self._look_at_setup(view, data, asked_at, urgent=urgent)
        if invoice is not None and view.intent_id is None:
            return self._look_at_invoice(view, invoice, asked_at, urgent=urgent)
        if charge is None or view.intent_id is None:
            return Snapshot(asked_at, session=view)
        refunds, disputes = money_back_of(self.calls, view.intent_id, charge, urgent=urgent)
        return Snapshot(asked_at, session=view, refunds=refunds, disputes=disputes)

    def _look_at_setup(
        self, view: SessionView, data: Json, asked_at: int, *, urgent: bool
    ) -> Snapshot:
        """Look at what a session saved, once it is complete."""
        method = saved_method(self.calls, data, urgent=urgent) if hides_more(data) else None
        buyer = replace(view.buyer, payment_method=method)
        return Snapshot(asked_at, session=replace(view, buyer=buyer))

    def _look_at_invoice(
        self, view: SessionView, invoice: str, asked_at: int, *, urgent: bool
    ) -> Snapshot:
        """Look at what pays a subscription's first invoice: such a session shows no payment.

        https://docs.stripe.com/api/invoice-payment
        """
        intent_id = self._payer(invoice, urgent=urgent)
        if intent_id is None:
            return Snapshot(asked_at, session=view)
        paid = self.intents.look(intent_id, urgent=urgent)
        view = replace(view, intent_id=intent_id, intent=paid.intent)
        return replace(paid, asked_at=asked_at, session=view, intent=None)

    def _payer(self, invoice: str, *, urgent: bool) -> str | None:
        """Name the intent of an invoice; None where the key may not read it, or nobody paid."""
        try:
            page = self.calls.page(
                routes.LIST_INVOICE_PAYMENTS, {"invoice": invoice}, urgent=urgent
            )
        except StripeRejected as refusal:
            if not refusal.permission:
                raise
            log.warning(
                "stripe.permission_missing", extra={"call": str(routes.LIST_INVOICE_PAYMENTS)}
            )
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
        *,
        created_from: int | None = None,
        created_to: int | None = None,
        payment_link: str | None = None,
        status: str | None = None,
        whole: bool = False,
    ) -> Iterator[Snapshot]:
        """List sessions newest first; with `whole` each with its payment and refunds.

        A page that our key may not expand is asked for with less: what is then missing is missing
        from a single look too.
        """
        filters = {"payment_link": payment_link, "status": status}
        params = {
            **created_between(created_from, created_to),
            **{name: value for name, value in filters.items() if value is not None},
        }
        cursor: dict[str, str] = {}
        while True:
            page = self._page({**params, **cursor}, whole=whole)
            with reading():
                found = [_listed(item, page.asked_at, whole=whole) for item in page.items]
            yield from found
            if not page.more:
                return
            with reading():
                cursor = {"starting_after": page.last}

    def _page(self, params: Params, *, whole: bool) -> Page:
        if not whole:
            return self.calls.page(routes.LIST_SESSIONS, params)
        return self._in_lists.retrieve(
            lambda expand: self.calls.page(routes.LIST_SESSIONS, {**params, "expand": expand})
        )


def _listed(item: Json, asked_at: int, *, whole: bool) -> Snapshot:
    """Read one session of a list.

    A dispute, more refunds than fit, or what a buyer chose take a look of their own.
    """
    view, charge = session_view(item), _charge_of(item)
    if not whole or hides_more(item) or (view.mode == "subscription" and view.intent_id is None):
        return Snapshot(asked_at, whole=False, session=view)
    if charge is None:
        return Snapshot(asked_at, session=view)
    refunds = refunds_shown(charge)
    shown = refunds is not None and not flag(charge, "disputed")
    return Snapshot(asked_at, whole=shown, session=view, refunds=refunds or ())


def _charge_of(session: Json) -> Json | None:
    intent = session.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    return charge if isinstance(charge, dict) else None


def _check(session_id: str) -> None:
    if not is_session_id(session_id):
        raise UnknownToStripe
