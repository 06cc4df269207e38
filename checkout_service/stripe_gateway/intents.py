"""PaymentIntents of our own: open, change, close, capture, look at one, list many.

The client secret passes through and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from checkout_service.domain.errors import StripeRejected, UnknownToStripe
from checkout_service.domain.facts.fact import Fact, fact_of_answer
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_intent_id
from checkout_service.domain.ports.intents import IntentRequest

from . import routes
from .calls import Calls, reading
from .expansions import Expansions
from .failures import NOT_ABOUT_STATE, NOT_CAPTURABLE
from .fields import Json, Malformed, maybe_secret
from .money_back import money_back_of
from .params import created_between, intent_params
from .routes import Route
from .translate import REQUEST_KEY, intent_view

_EXPANSIONS = (("latest_charge.refunds",), ("latest_charge",))


@frozen
class StripeIntents:
    """See the protocol for what each promises and raises."""

    calls: Calls
    _expansions: Expansions = field(default_factory=lambda: Expansions(_EXPANSIONS))

    def open(self, request: IntentRequest) -> tuple[Fact, str | None]:
        asked_at = self.calls.clock.now()
        data = self.calls.post(
            routes.OPEN_INTENT, intent_params(request), key=request.idempotency_key
        )
        with reading(write=True):
            return fact_of_answer(intent_view(data), asked_at=asked_at), maybe_secret(data)

    def client_secret(self, intent_id: str) -> str:
        data, _ = self._retrieve(intent_id, [], urgent=True)
        with reading():
            secret = maybe_secret(data)
            if secret is None:
                raise Malformed("client_secret")
            return secret

    def update(self, intent_id: str, *, amount: int, idempotency_key: str) -> Fact:
        return self._change(routes.UPDATE_INTENT, intent_id, {"amount": amount}, idempotency_key)

    def close(self, intent_id: str, *, idempotency_key: str, reason: str | None) -> Fact | None:
        """Cancel an intent; None when it cannot be canceled any more.

        The reason is one of Stripe's own, so a plain refusal can only be about the intent's state.
        """
        params = {} if reason is None else {"cancellation_reason": reason}
        try:
            return self._change(routes.CANCEL_INTENT, intent_id, params, idempotency_key)
        except StripeRejected as refusal:
            if refusal.permission or refusal.reason in NOT_ABOUT_STATE:
                raise
            return None

    def capture(
        self, intent_id: str, *, amount: int | None, idempotency_key: str, request_id: str
    ) -> Fact | None:
        params: dict[str, Any] = {"metadata": {REQUEST_KEY: request_id}}
        if amount is not None:
            params["amount_to_capture"] = amount
        try:
            return self._change(routes.CAPTURE_INTENT, intent_id, params, idempotency_key)
        except StripeRejected as refusal:
            if refusal.permission or refusal.reason not in NOT_CAPTURABLE:
                raise
            return None

    def _change(self, route: Route, intent_id: str, params: Mapping[str, Any], key: str) -> Fact:
        check_intent_id(intent_id)
        asked_at = self.calls.clock.now()
        data = self.calls.post(route, params, of=intent_id, key=key)
        with reading(write=True):
            return fact_of_answer(intent_view(data), asked_at=asked_at)

    def look(self, intent_id: str, *, urgent: bool) -> Snapshot:
        """Retrieve an intent with its refunds and disputes."""
        data, asked_at = self._expansions.retrieve(
            lambda expand: self._retrieve(intent_id, expand, urgent=urgent)
        )
        with reading():
            view = intent_view(data)
        charge = data.get("latest_charge")
        if not isinstance(charge, dict):
            return Snapshot(asked_at, intent=view)
        refunds, disputes = money_back_of(self.calls, view.id, charge, urgent=urgent)
        return Snapshot(asked_at, intent=view, refunds=refunds, disputes=disputes)

    def find(self, *, created_from: int, created_to: int) -> Iterator[Snapshot]:
        """List intents newest first; their refunds are not shown."""
        for page in self.calls.pages(
            routes.LIST_INTENTS, created_between(created_from, created_to)
        ):
            with reading():
                views = [intent_view(item) for item in page.items]
            yield from (Snapshot(page.asked_at, whole=False, intent=view) for view in views)

    def _retrieve(self, intent_id: str, expand: list[str], *, urgent: bool) -> tuple[Json, int]:
        check_intent_id(intent_id)
        data, asked_at = self.calls.get_at(
            routes.LOOK_AT_INTENT, {"expand": expand}, of=intent_id, urgent=urgent
        )
        with reading():
            if data.get("id") != intent_id:
                raise Malformed("id")
        return data, asked_at


def check_intent_id(intent_id: str) -> None:
    if not is_intent_id(intent_id):
        raise UnknownToStripe
