"""Intents, refunds, disputes and captures as Stripe keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.facts.fact import Fact
from checkout_service.stripe_gateway import StripeParts, routes
from checkout_service.stripe_gateway.routes import Route
from tests.support.stack import Sandbox

from .build import a_refund, an_intent, intent_of, now, opened, paid, refund_of, session_of

# What a buyer's browser asks of Stripe, and never this service.
CONFIRM = Route("post", "/v1/payment_intents/{id}/confirm", "PaymentIntents: write")


def test_an_unknown_id_is_missing(gateway: StripeParts) -> None:
    asks: list[Callable[[], object]] = [
        lambda: gateway.sessions.look("cs_test_unknown", urgent=True),
        lambda: gateway.sessions.close("cs_test_unknown", idempotency_key="a"),
        lambda: gateway.intents.look("pi_unknown", urgent=True),
        lambda: gateway.intents.close("pi_unknown", idempotency_key="b", reason=None),
        lambda: gateway.intents.capture(
            "pi_unknown", amount=None, idempotency_key="c", request_id="r"
        ),
        lambda: gateway.intents.client_secret("pi_unknown"),
        lambda: gateway.prices.price("price_unknown"),
        lambda: gateway.refunds.create(a_refund("pi_unknown", 1)),
    ]
    for ask in asks:
        with pytest.raises(StripeRejected) as refusal:
            ask()
        assert refusal.value.reason == "resource_missing"


def test_refunds_are_made_seen_and_seen_to_fail(sandbox: Sandbox, gateway: StripeParts) -> None:
    session, intent = paid(sandbox, gateway)

    def give_back(amount: int, key: str) -> str:
        return refund_of(gateway.refunds.create(a_refund(intent, amount, key))).id

    first, second = give_back(1500, "rf_1"), give_back(500, "rf_2")
    assert give_back(1500, "rf_1") == first
    sandbox.call("POST", f"refunds/{second}/fail")

    for snapshot in (
        gateway.sessions.look(session.id, urgent=True),
        gateway.intents.look(intent, urgent=True),
    ):
        refunds = {refund.id: (refund.amount, refund.status) for refund in snapshot.refunds}
        assert refunds == {first: (1500, "succeeded"), second: (500, "failed")}
        assert snapshot.whole
    named = {
        refund_of(fact).id: refund_of(fact).request_id for fact in gateway.refunds.find(intent)
    }
    assert named == {first: "mwr_rf_1", second: "mwr_rf_2"}


def test_the_only_refund_is_still_seen_when_it_has_failed(
    sandbox: Sandbox, gateway: StripeParts
) -> None:
    session, intent = paid(sandbox, gateway)
    refund = refund_of(gateway.refunds.create(a_refund(intent, 10)))
    sandbox.call("POST", f"refunds/{refund.id}/fail")

    snapshot = gateway.sessions.look(session.id, urgent=True)

    assert [(seen.id, seen.status) for seen in snapshot.refunds] == [(refund.id, "failed")]


def test_more_cannot_be_given_back_than_was_paid(sandbox: Sandbox, gateway: StripeParts) -> None:
    _, intent = paid(sandbox, gateway)

    with pytest.raises(StripeRejected):
        gateway.refunds.create(a_refund(intent, 5001))


def test_a_dispute_is_seen_open_and_closed(sandbox: Sandbox, gateway: StripeParts) -> None:
    session, intent = paid(sandbox, gateway)
    sandbox.call("POST", f"payment_intents/{intent}/dispute")

    (dispute,) = gateway.sessions.look(session.id, urgent=True).disputes
    assert (dispute.amount, dispute.status, dispute.intent_id) == (5000, "needs_response", intent)

    sandbox.call("POST", f"disputes/{dispute.id}/close", {"status": "won"})
    (dispute,) = gateway.intents.look(intent, urgent=True).disputes
    assert dispute.status == "won"


def test_an_intent_is_opened_changed_and_closed(gateway: StripeParts) -> None:
    request = an_intent()
    created, secret = gateway.intents.open(request)
    view = intent_of(created)

    assert (view.status, view.amount, view.currency) == ("requires_payment_method", 5000, "usd")
    assert (view.order_id, view.attempt_id) == (request.order_id, request.attempt_id)
    assert (secret or "").startswith(f"{view.id}_secret_")
    again, same_secret = gateway.intents.open(request)
    assert (intent_of(again), same_secret) == (view, secret)
    assert gateway.intents.client_secret(view.id) == secret
    cheaper = gateway.intents.update(view.id, amount=700, idempotency_key="u1")
    assert intent_of(cheaper).amount == 700

    over = intent_of(gateway.intents.close(view.id, idempotency_key="c1", reason="abandoned"))
    assert (over.status, over.cancellation_reason) == ("canceled", "abandoned")
    assert gateway.intents.close(view.id, idempotency_key="c2", reason=None) is None
    assert intent_of(gateway.intents.look(view.id, urgent=True)) == over
    found = gateway.intents.find(created_from=now() - 60_000, created_to=now() + 60_000)
    assert [intent_of(snapshot) for snapshot in found] == [over]


def confirmed(gateway: StripeParts, intent: str, **params: object) -> None:
    gateway.intents.calls.post(CONFIRM, params, of=intent)


def test_authorised_money_is_captured_once_and_never_when_there_is_none(
    gateway: StripeParts,
) -> None:
    params = {"amount": 5000, "currency": "usd", "capture_method": "manual", "confirm": True,
              "payment_method": "pm_card_visa"}  # fmt: skip
    intent = gateway.intents.calls.post(routes.OPEN_INTENT, params)["id"]
    assert intent_of(gateway.intents.look(intent, urgent=True)).status == "requires_capture"

    def capture(key: str, amount: int | None = None) -> Fact | None:
        return gateway.intents.capture(
            intent, amount=amount, idempotency_key=key, request_id=f"mwr_{key}"
        )

    taken = intent_of(capture("k1", 3000))

    assert (taken.status, taken.amount_received) == ("succeeded", 3000)
    assert intent_of(capture("k1", 3000)) == taken
    assert capture("k2") is None


def test_a_voucher_is_seen_to_wait_until_its_own_end(gateway: StripeParts) -> None:
    created, _ = gateway.intents.open(an_intent(currency="eur"))
    view = intent_of(created)
    assert (view.waits, view.waits_until) == (False, None)
    data = {"type": "multibanco", "billing_details": {"email": "x@y.zz"}}
    confirmed(gateway, view.id, payment_method_data=data, return_url="https://shop.example/r")

    for seen in (
        intent_of(gateway.intents.look(view.id, urgent=True)),
        intent_of(next(gateway.intents.find(created_from=0, created_to=now() + 60_000))),
    ):
        assert (seen.status, seen.waits) == ("requires_action", True)
        assert seen.waits_until is not None
        assert seen.waits_until > now() + 3_600_000


def test_a_whole_list_shows_what_single_looks_show(sandbox: Sandbox, gateway: StripeParts) -> None:
    plain, _ = paid(sandbox, gateway)
    refunded, intent = paid(sandbox, gateway)
    disputed, contested = paid(sandbox, gateway)
    unpaid = opened(gateway)
    gateway.refunds.create(a_refund(intent, 1500))
    sandbox.call("POST", f"payment_intents/{contested}/dispute")

    listed = {session_of(found).id: found for found in gateway.sessions.find(whole=True)}

    assert {name: found.whole for name, found in listed.items()} == {
        plain.id: True, refunded.id: True, disputed.id: False, unpaid.id: True,
    }  # fmt: skip
    for session in (plain, refunded, unpaid):
        looked = gateway.sessions.look(session.id, urgent=True)
        assert replace(listed[session.id], asked_at=looked.asked_at) == looked
