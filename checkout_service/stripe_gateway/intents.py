"""PaymentIntents of our own: open, change, close, look at one, list many, give money back.

The client secret passes through and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.gateway import IntentRequest
from checkout_service.domain.ids import is_intent_id
from checkout_service.domain.snapshots import IntentView, RefundView, Snapshot

from .calls import Calls, reading
from .expansions import Expansions
from .failures import NOT_ABOUT_STATE
from .fields import Json, Malformed
from .money_back import disputes_of, refunds_of
from .params import created_between, intent_params
from .translate import ORDER_KEY, intent_view, refund_view

_INTENTS, _ONE = "/v1/payment_intents", "/v1/payment_intents/{id}"
_EXPANSIONS = ("latest_charge.refunds", "latest_charge")


@dataclass(frozen=True, slots=True)
class Intents:
    calls: Calls
    _expansions: Expansions = field(default_factory=lambda: Expansions(_EXPANSIONS))

    def open(self, request: IntentRequest) -> tuple[IntentView, str]:
        params = intent_params(request)
        data = self.calls.post(_INTENTS, params, key=request.idempotency_key)
        with reading(write=True):
            return intent_view(data), _secret(data)

    def client_secret(self, intent_id: str) -> str:
        data = self._retrieve(intent_id, [], urgent=True)
        with reading():
            return _secret(data)

    def update(self, intent_id: str, amount: int, idempotency_key: str) -> IntentView:
        _check(intent_id)
        data = self.calls.post(_ONE, {"amount": amount}, of=intent_id, key=idempotency_key)
        with reading(write=True):
            return intent_view(data)

    def close(self, intent_id: str) -> IntentView | None:
        """Cancel an intent; None when it cannot be canceled any more.

        Canceling takes no parameters, so a plain refusal can only be about the intent's state.
        """
        _check(intent_id)
        try:
            data = self.calls.post(f"{_ONE}/cancel", {}, of=intent_id)
        except StripeRejected as refusal:
            if refusal.permission or refusal.reason in NOT_ABOUT_STATE:
                raise
            return None
        with reading(write=True):
            return intent_view(data)

    def look(self, intent_id: str, *, urgent: bool) -> Snapshot:
        """Retrieve an intent with its refunds and disputes."""
        data = self._expansions.retrieve(
            lambda expand: self._retrieve(intent_id, expand, urgent=urgent)
        )
        with reading():
            view = intent_view(data)
        charge = data.get("latest_charge")
        if not isinstance(charge, dict):
            return Snapshot(intent=view)
        return Snapshot(
            intent=view,
            refunds=refunds_of(self.calls, view.id, charge, urgent=urgent),
            disputes=disputes_of(self.calls, view.id, charge, urgent=urgent),
        )

    def find(self, created_from: int, created_to: int) -> Iterator[IntentView]:
        for page in self.calls.pages(_INTENTS, created_between(created_from, created_to)):
            with reading():
                views = [intent_view(item) for item in page.items]
            yield from views

    def refund(
        self, intent_id: str, amount: int, idempotency_key: str, order_id: str
    ) -> RefundView:
        _check(intent_id)
        params = {
            "payment_intent": intent_id,
            "amount": amount,
            "metadata": {ORDER_KEY: order_id},
        }
        data = self.calls.post("/v1/refunds", params, key=idempotency_key)
        with reading(write=True):
            return refund_view(data)

    def _retrieve(self, intent_id: str, expand: list[str], *, urgent: bool) -> Json:
        _check(intent_id)
        data = self.calls.get(_ONE, {"expand": expand}, of=intent_id, urgent=urgent)
        with reading():
            if data.get("id") != intent_id:
                raise Malformed("id")
        return data


def _secret(data: Json) -> str:
    secret = data.get("client_secret")
    if not isinstance(secret, str) or not secret:
        raise Malformed("client_secret")
    return secret


def _check(intent_id: str) -> None:
    if not is_intent_id(intent_id):
        raise StripeRejected("There is no such payment at Stripe.", reason="resource_missing")
