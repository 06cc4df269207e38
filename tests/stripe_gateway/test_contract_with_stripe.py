"""The gateway against a Stripe that remembers: the sandbox, over HTTP, through the real SDK."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.domain.gateway import (
    IntentRequest,
    LineRequest,
    PaymentGateway,
    SessionRequest,
)
from checkout_service.domain.ids import new_id
from checkout_service.domain.snapshots import IntentView, SessionView
from checkout_service.stripe_gateway import API_VERSION, StripeGateway, build_gateway
from tests.stripe_gateway.stub_stripe import running_stub
from tests.support.service import WEBHOOK_SECRET
from tests.support.stack import Sandbox

CARD, DECLINED, SEPA = "4242424242424242", "4000000000000002", "AT611904300234573201"
Stripe = Callable[..., StripeGateway]


def now() -> int:
    return int(time.time() * 1000)


def a_request(**changes: Any) -> SessionRequest:
    order = new_id("ord")
    request = SessionRequest(
        idempotency_key=f"co_{order}",
        order_id=order,
        attempt_id=new_id("att"),
        reference=new_id("ref"),
        mode="payment",
        lines=(LineRequest("Poster", 2500, "usd", 2, description="A2, matte"),),
        success_url="https://shop.example/ok?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="https://shop.example/no",
        metadata={"cart": "7"},
    )
    return replace(request, **changes)


def in_euros() -> SessionRequest:
    return a_request(lines=(LineRequest("Poster", 2500, "eur", 1),))


def an_intent(**changes: Any) -> IntentRequest:
    order = new_id("ord")
    request = IntentRequest(f"pi_{order}", order, new_id("att"), 5000, "usd", "Order", "x@y.zz")
    return replace(request, **changes)


@pytest.fixture
def stripe(sandbox: Sandbox) -> Stripe:
    def connect(key: str = "sk_test_contract") -> StripeGateway:
        return build_gateway(
            secret_key=key, webhook_secrets=(), api_base=sandbox.url,
            take_read=lambda _urgent: None, slots=8, live=False,
        )  # fmt: skip

    return connect


@pytest.fixture
def gateway(stripe: Stripe) -> StripeGateway:
    return stripe()


def pay(sandbox: Sandbox, session: SessionView, method: str, **more: object) -> None:
    given = {"payment_method": method, "email": "buyer@example.com", **more}
    sandbox.call("POST", f"checkout/sessions/{session.id}/pay", given)


def paid(sandbox: Sandbox, gateway: PaymentGateway) -> tuple[SessionView, str]:
    """A session paid by card, and its intent's id."""
    session = gateway.open_session(a_request())
    pay(sandbox, session, CARD)
    seen = gateway.look_at_session(session.id, urgent=True).session
    assert seen is not None
    assert seen.intent_id is not None
    return seen, seen.intent_id


def test_an_open_session_is_what_we_asked_for(gateway: PaymentGateway) -> None:
    request = a_request(customer_email="buyer@example.com", locale="de")

    view = gateway.open_session(request)

    assert (view.status, view.payment_status, view.mode) == ("open", "unpaid", "payment")
    assert (view.amount_subtotal, view.amount_total, view.currency) == (5000, 5000, "usd")
    assert (view.order_id, view.attempt_id) == (request.order_id, request.attempt_id)
    assert view.client_reference_id == request.reference
    assert view.livemode is False
    assert view.url is not None
    assert view.expires_at is not None
    assert abs(view.expires_at - now() - 24 * 3_600_000) < 60_000
    assert gateway.look_at_session(view.id, urgent=True).session == view


def test_stripe_takes_all_that_the_merchant_allows(gateway: PaymentGateway) -> None:
    options = {
        "allow_promotion_codes": True, "automatic_tax": True,
        "shipping_countries": ("DE", "FR"), "recovery": True,
    }  # fmt: skip

    view = gateway.open_session(a_request(options=options, expires_at=now() + 3_600_000))

    assert view.expires_at is not None
    assert abs(view.expires_at - now() - 3_600_000) < 5_000


def test_the_same_key_is_the_same_session(gateway: PaymentGateway) -> None:
    request = a_request()

    assert gateway.open_session(request) == gateway.open_session(request)
    assert len(list(gateway.find_sessions())) == 1


def test_the_same_key_with_another_request_is_refused(gateway: PaymentGateway) -> None:
    request = a_request()
    gateway.open_session(request)

    with pytest.raises(StripeRejected) as refusal:
        gateway.open_session(replace(request, locale="fr"))
    assert refusal.value.reason == "idempotency_error"


def test_a_card_payment_is_seen_with_its_intent(sandbox: Sandbox, gateway: StripeGateway) -> None:
    request = a_request()
    session = gateway.open_session(request)
    pay(sandbox, session, CARD)

    seen = gateway.look_at_session(session.id, urgent=True).session

    assert seen is not None
    assert (seen.status, seen.payment_status, seen.url) == ("complete", "paid", None)
    assert seen.customer_email == "buyer@example.com"
    assert seen.intent is not None
    assert (seen.intent.status, seen.intent.amount_received) == ("succeeded", 5000)
    assert (seen.intent.order_id, seen.intent.attempt_id) == (request.order_id, request.attempt_id)


def test_a_declined_card_leaves_the_session_open(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session = gateway.open_session(a_request())
    with pytest.raises(Exception, match="402"):
        pay(sandbox, session, DECLINED)

    seen = gateway.look_at_session(session.id, urgent=True).session

    assert seen is not None
    assert (seen.status, seen.payment_status) == ("open", "unpaid")
    assert seen.url == session.url


@pytest.mark.parametrize(
    ("outcome", "payment_status", "intent_status"),
    [("succeeded", "paid", "succeeded"), ("failed", "unpaid", "requires_payment_method")],
)
def test_a_delayed_payment_is_seen_under_way_and_at_its_end(
    sandbox: Sandbox,
    gateway: StripeGateway,
    outcome: str,
    payment_status: str,
    intent_status: str,
) -> None:
    session = gateway.open_session(in_euros())
    pay(sandbox, session, SEPA)

    under_way = gateway.look_at_session(session.id, urgent=True).session
    assert under_way is not None
    assert under_way.intent is not None
    assert (under_way.status, under_way.payment_status) == ("complete", "unpaid")
    assert under_way.intent.status == "processing"

    sandbox.call("POST", f"payment_intents/{under_way.intent_id}/settle", {"outcome": outcome})
    end = gateway.look_at_session(session.id, urgent=True).session
    assert end is not None
    assert end.intent is not None
    assert (end.status, end.payment_status) == ("complete", payment_status)
    assert end.intent.status == intent_status
    assert end.intent.delayed_failure is (outcome == "failed")


def test_an_open_session_is_closed_once(gateway: PaymentGateway) -> None:
    session = gateway.open_session(a_request())

    closed = gateway.close_session(session.id)

    assert closed is not None
    assert (closed.status, closed.url) == ("expired", None)
    assert gateway.close_session(session.id) is None


def test_a_paid_session_cannot_be_closed(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session, _ = paid(sandbox, gateway)

    assert gateway.close_session(session.id) is None


def test_an_unknown_id_is_missing(gateway: PaymentGateway) -> None:
    asks: list[Callable[[], object]] = [
        lambda: gateway.look_at_session("cs_test_unknown", urgent=True),
        lambda: gateway.close_session("cs_test_unknown"),
        lambda: gateway.look_at_intent("pi_unknown", urgent=True),
        lambda: gateway.close_intent("pi_unknown"),
        lambda: gateway.client_secret("pi_unknown"),
        lambda: gateway.price("price_unknown"),
        lambda: gateway.refund(intent_id="pi_unknown", amount=1, idempotency_key="k", order_id="o"),
    ]
    for ask in asks:
        with pytest.raises(StripeRejected) as refusal:
            ask()
        assert refusal.value.reason == "resource_missing"


def test_refunds_are_made_seen_and_seen_to_fail(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session, intent = paid(sandbox, gateway)

    def give_back(amount: int, key: str) -> str:
        return gateway.refund(
            intent_id=intent, amount=amount, idempotency_key=key, order_id=session.order_id or ""
        ).id

    first, second = give_back(1500, "rf_1"), give_back(500, "rf_2")
    assert give_back(1500, "rf_1") == first
    sandbox.call("POST", f"refunds/{second}/fail")

    for snapshot in (
        gateway.look_at_session(session.id, urgent=True),
        gateway.look_at_intent(intent, urgent=True),
    ):
        refunds = {refund.id: (refund.amount, refund.status) for refund in snapshot.refunds}
        assert refunds == {first: (1500, "succeeded"), second: (500, "failed")}


def test_the_only_refund_is_still_seen_when_it_has_failed(
    sandbox: Sandbox, gateway: StripeGateway
) -> None:
    session, intent = paid(sandbox, gateway)
    refund = gateway.refund(intent_id=intent, amount=10, idempotency_key="rf", order_id="o")
    sandbox.call("POST", f"refunds/{refund.id}/fail")

    snapshot = gateway.look_at_session(session.id, urgent=True)

    assert [(seen.id, seen.status) for seen in snapshot.refunds] == [(refund.id, "failed")]


def test_more_cannot_be_given_back_than_was_paid(sandbox: Sandbox, gateway: StripeGateway) -> None:
    _, intent = paid(sandbox, gateway)

    with pytest.raises(StripeRejected):
        gateway.refund(intent_id=intent, amount=5001, idempotency_key="rf", order_id="o")


def test_a_dispute_is_seen_open_and_closed(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session, intent = paid(sandbox, gateway)
    sandbox.call("POST", f"payment_intents/{intent}/dispute")

    (dispute,) = gateway.look_at_session(session.id, urgent=True).disputes
    assert (dispute.amount, dispute.status, dispute.intent_id) == (5000, "needs_response", intent)

    sandbox.call("POST", f"disputes/{dispute.id}/close", {"status": "won"})
    (dispute,) = gateway.look_at_intent(intent, urgent=True).disputes
    assert dispute.status == "won"


def test_sessions_are_found_newest_first_over_many_pages(
    sandbox: Sandbox, gateway: StripeGateway
) -> None:
    made = [gateway.open_session(a_request()).id for _ in range(103)]
    closed = gateway.close_session(made[50])

    assert [view.id for view in gateway.find_sessions()] == made[::-1]
    assert closed is not None
    assert [view.id for view in gateway.find_sessions(status="expired")] == [made[50]]
    assert list(gateway.find_sessions(created_to=now() - 3_600_000)) == []
    assert len(list(gateway.find_sessions(created_from=now() - 3_600_000))) == 103
    assert list(gateway.find_sessions(payment_link="plink_unknown")) == []


def test_an_intent_is_opened_changed_and_closed(gateway: StripeGateway) -> None:
    request = an_intent()
    view, secret = gateway.open_intent(request)

    assert (view.status, view.amount, view.currency) == ("requires_payment_method", 5000, "usd")
    assert (view.order_id, view.attempt_id) == (request.order_id, request.attempt_id)
    assert secret.startswith(f"{view.id}_secret_")
    assert gateway.open_intent(request) == (view, secret)
    assert gateway.client_secret(view.id) == secret
    assert gateway.update_intent(view.id, amount=700, idempotency_key="u1").amount == 700

    closed = gateway.close_intent(view.id)
    assert closed is not None
    assert closed.status == "canceled"
    assert gateway.close_intent(view.id) is None
    looked = gateway.look_at_intent(view.id, urgent=True).intent
    assert looked == closed
    found = list(gateway.find_intents(created_from=now() - 60_000, created_to=now() + 60_000))
    assert found == [closed]


def test_a_price_of_stripes_is_read_and_sold(gateway: StripeGateway) -> None:
    calls = gateway.intents.calls
    product = calls.post("/v1/products", {"name": "Poster"})
    monthly = {"product": product["id"], "currency": "usd", "unit_amount": 900,
               "recurring": {"interval": "month"}}  # fmt: skip
    price = calls.post("/v1/prices", monthly)["id"]

    view = gateway.price(price)
    line = LineRequest("Poster", 900, "usd", 1, stripe_price=price)
    session = gateway.open_session(a_request(mode="subscription", lines=(line,)))

    assert (view.unit_amount, view.currency, view.active) == (900, "usd", True)
    assert view.recurring == {"interval": "month", "interval_count": 1}
    assert (session.mode, session.amount_total) == ("subscription", 900)


def test_events_are_told_oldest_first(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session, intent = paid(sandbox, gateway)
    gateway.refund(intent_id=intent, amount=5000, idempotency_key="rf", order_id="o")

    events = list(gateway.events_since(now() - 60_000, undelivered=False))

    kinds = [event.type for event in events]
    assert kinds.index("payment_intent.succeeded") < kinds.index("checkout.session.completed")
    assert kinds.index("checkout.session.completed") < kinds.index("charge.refunded")
    assert {event.api_version for event in events} == {API_VERSION}
    assert [event.created for event in events] == sorted(event.created for event in events)
    told = next(e.subject for e in events if e.type == "checkout.session.completed")
    assert isinstance(told, SessionView)
    assert (told.id, told.payment_status) == (session.id, "paid")
    assert list(gateway.events_since(now() + 60_000, undelivered=False)) == []


def test_a_long_backlog_of_events_is_told_whole(sandbox: Sandbox, gateway: StripeGateway) -> None:
    for _ in range(115):
        session = gateway.open_session(a_request())
        gateway.close_session(session.id)

    everything = [event.id for event in gateway.events_since(0, undelivered=False)]

    assert len(everything) == len(set(everything)) == 115
    start = now()
    sandbox.call("POST", "clock", {"advance": 3600})
    for _ in range(115):
        session = gateway.open_session(a_request())
        gateway.close_session(session.id)
    later = [event.id for event in gateway.events_since(start + 60_000, undelivered=False)]
    assert len(later) == len(set(later)) == 115
    assert not set(later) & set(everything)


def test_a_restricted_key_reads_sessions_and_writes_nothing(
    sandbox: Sandbox, stripe: Stripe
) -> None:
    session, _ = paid(sandbox, stripe())
    restricted = stripe("rk_test_contract")

    for _ in range(2):
        seen = restricted.look_at_session(session.id, urgent=True).session
        assert seen is not None
        assert seen.payment_status == "paid"
    assert [view.id for view in restricted.find_sessions()] == [session.id]
    with pytest.raises(StripeRejected) as refusal:
        restricted.open_session(a_request())
    assert refusal.value.permission


def test_a_key_stripe_does_not_know_is_told_apart(stripe: Stripe) -> None:
    with pytest.raises(StripeRejected) as refusal:
        stripe("nonsense").look_at_session("cs_test_1", urgent=True)
    assert refusal.value.reason == "authentication_failed"


@pytest.mark.parametrize(
    ("kind", "indeterminate"),
    [("error_500", True), ("commit_then_500", True), ("commit_then_reset", False),
     ("reset", False), ("rate_limit", False)],
)  # fmt: skip
def test_an_unknown_outcome_is_mended_by_the_same_request(
    sandbox: Sandbox, gateway: StripeGateway, kind: str, *, indeterminate: bool
) -> None:
    request = a_request()
    fault = {"method": "POST", "path": "/v1/checkout/sessions", "kind": kind, "probability": 1.0}
    sandbox.call("PUT", "faults", {"seed": 1, "api": [fault]})
    try:
        with pytest.raises(StripeUnavailable) as failure:
            gateway.open_session(request)
    finally:
        sandbox.call("DELETE", "faults")
    assert failure.value.indeterminate is indeterminate

    if indeterminate:  # Stripe replays a 500 under its key: only a list tells
        found = [view.order_id for view in gateway.find_sessions()]
        assert found == ([request.order_id] if kind == "commit_then_500" else [])
    else:
        view = gateway.open_session(request)
        assert [seen.id for seen in gateway.find_sessions()] == [view.id]


def test_an_altered_answer_is_seen_as_it_is(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session, _ = paid(sandbox, gateway)
    alter = {"path": "/v1/checkout/sessions/", "fields": {"amount_total": 1}}
    sandbox.call("PUT", "faults", {"alter": alter})
    try:
        seen = gateway.look_at_session(session.id, urgent=True).session
    finally:
        sandbox.call("DELETE", "faults")

    assert seen is not None
    assert seen.amount_total == 1


def test_a_webhook_is_read_as_the_list_tells_it(sandbox: Sandbox, gateway: StripeGateway) -> None:
    listener = replace(gateway, webhook_secrets=(WEBHOOK_SECRET,))
    with running_stub(sandbox.webhook_port) as inbox:
        paid(sandbox, gateway)
        sandbox.call("POST", "deliveries/flush")
        received = [
            listener.read_signed_event(seen.body, seen.headers["Stripe-Signature"])
            for seen in inbox.seen
        ]

    listed = gateway.events_since(0, undelivered=False)
    told = {event.id: (event.type, event.subject) for event in received}
    assert "checkout.session.completed" in {kind for kind, _ in told.values()}
    for event in listed:
        assert told[event.id] == (event.type, event.subject)
    assert list(gateway.events_since(0, undelivered=True)) == []


def test_the_views_are_ours_alone(sandbox: Sandbox, gateway: StripeGateway) -> None:
    session, intent = paid(sandbox, gateway)

    assert type(session) is SessionView
    assert type(gateway.look_at_intent(intent, urgent=True).intent) is IntentView
