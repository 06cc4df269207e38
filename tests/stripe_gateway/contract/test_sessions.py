"""Sessions as Stripe keeps them: opened, paid, failed, closed, listed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.facts.snapshots import IntentView, SessionView
from checkout_service.domain.ports.sessions import LineRequest
from checkout_service.stripe_gateway import StripeParts
from checkout_service.stripe_gateway.routes import Route
from tests.support.stack import Sandbox

from .build import (
    CARD,
    DECLINED,
    SEPA,
    a_request,
    closed,
    ids,
    in_euros,
    intent_of,
    look,
    now,
    opened,
    paid,
    pay,
    session_of,
)


def test_an_open_session_is_what_we_asked_for(gateway: StripeParts) -> None:
    request = a_request(customer_email="buyer@example.com", locale="de")

    view = opened(gateway, request)

    assert (view.status, view.payment_status, view.mode) == ("open", "unpaid", "payment")
    assert (view.amount_subtotal, view.amount_total, view.currency) == (5000, 5000, "usd")
    assert (view.order_id, view.attempt_id) == (request.order_id, request.attempt_id)
    assert view.client_reference_id == request.reference
    assert view.livemode is False
    assert view.url is not None
    assert view.expires_at is not None
    assert abs(view.expires_at - now() - 24 * 3_600_000) < 60_000
    assert look(gateway, view) == view


def test_stripe_takes_all_that_the_merchant_allows(gateway: StripeParts) -> None:
    options = {
        "allow_promotion_codes": True, "automatic_tax": True,
        "shipping_countries": ("DE", "FR"), "recovery": True,
    }  # fmt: skip

    view = opened(gateway, a_request(options=options, expires_at=now() + 3_600_000))

    assert view.expires_at is not None
    assert abs(view.expires_at - now() - 3_600_000) < 5_000


def test_the_same_key_is_the_same_session(gateway: StripeParts) -> None:
    request = a_request()

    assert opened(gateway, request) == opened(gateway, request)
    assert ids(gateway.sessions.find()) == [opened(gateway, request).id]


def test_the_same_key_with_another_request_is_refused(gateway: StripeParts) -> None:
    request = a_request()
    gateway.sessions.open(request)

    with pytest.raises(StripeRejected) as refusal:
        gateway.sessions.open(replace(request, locale="fr"))
    assert refusal.value.reason == "idempotency_error"


def test_a_card_payment_is_seen_with_its_intent(sandbox: Sandbox, gateway: StripeParts) -> None:
    request = a_request()
    session = opened(gateway, request)
    pay(sandbox, session, CARD)

    seen = look(gateway, session)

    assert (seen.status, seen.payment_status, seen.url) == ("complete", "paid", None)
    assert seen.customer_email == "buyer@example.com"
    assert seen.intent is not None
    assert (seen.intent.status, seen.intent.amount_received) == ("succeeded", 5000)
    assert (seen.intent.order_id, seen.intent.attempt_id) == (request.order_id, request.attempt_id)


def test_a_declined_card_leaves_the_session_open(sandbox: Sandbox, gateway: StripeParts) -> None:
    session = opened(gateway)
    with pytest.raises(Exception, match="402"):
        pay(sandbox, session, DECLINED)

    seen = look(gateway, session)

    assert (seen.status, seen.payment_status) == ("open", "unpaid")
    assert seen.url == session.url


@pytest.mark.parametrize(
    ("outcome", "payment_status", "intent_status"),
    [("succeeded", "paid", "succeeded"), ("failed", "unpaid", "requires_payment_method")],
)
def test_a_delayed_payment_is_seen_under_way_and_at_its_end(
    sandbox: Sandbox,
    gateway: StripeParts,
    outcome: str,
    payment_status: str,
    intent_status: str,
) -> None:
    session = opened(gateway, in_euros())
    pay(sandbox, session, SEPA)

    under_way = look(gateway, session)
    assert under_way.intent is not None
    assert (under_way.status, under_way.payment_status) == ("complete", "unpaid")
    assert under_way.intent.status == "processing"

    sandbox.call("POST", f"payment_intents/{under_way.intent_id}/settle", {"outcome": outcome})
    end = look(gateway, session)
    assert end.intent is not None
    assert (end.status, end.payment_status) == ("complete", payment_status)
    assert end.intent.status == intent_status
    assert end.intent.delayed_failure is (outcome == "failed")


def test_an_open_session_is_closed_once(gateway: StripeParts) -> None:
    session = opened(gateway)

    over = session_of(closed(gateway, session))

    assert (over.status, over.url) == ("expired", None)
    assert session_of(closed(gateway, session)) == over  # the same key gives the same answer
    assert closed(gateway, session, "another key") is None


def test_a_paid_session_cannot_be_closed(sandbox: Sandbox, gateway: StripeParts) -> None:
    session, _ = paid(sandbox, gateway)

    assert closed(gateway, session) is None


def test_sessions_are_found_newest_first_over_many_pages(
    sandbox: Sandbox, gateway: StripeParts
) -> None:
    made = [opened(gateway) for _ in range(103)]
    over = closed(gateway, made[50])

    assert ids(gateway.sessions.find()) == [session.id for session in made[::-1]]
    assert ids(gateway.sessions.find(whole=True)) == ids(gateway.sessions.find())
    assert over is not None
    assert ids(gateway.sessions.find(status="expired")) == [made[50].id]
    assert list(gateway.sessions.find(created_to=now() - 3_600_000)) == []
    assert len(list(gateway.sessions.find(created_from=now() - 3_600_000))) == 103
    assert list(gateway.sessions.find(payment_link="plink_unknown")) == []


def test_a_price_of_stripes_is_read_and_sold(gateway: StripeParts) -> None:
    calls = gateway.intents.calls
    product = calls.post(Route("post", "/v1/products", ""), {"name": "Poster"})
    monthly = {"product": product["id"], "currency": "usd", "unit_amount": 900,
               "recurring": {"interval": "month"}}  # fmt: skip
    price = calls.post(Route("post", "/v1/prices", ""), monthly)["id"]

    view = gateway.prices.price(price)
    line = LineRequest("Poster", 900, "usd", 1, stripe_price=price)
    session = opened(gateway, a_request(mode="subscription", lines=(line,)))

    assert (view.unit_amount, view.currency, view.active) == (900, "usd", True)
    assert view.recurring == {"interval": "month", "interval_count": 1}
    assert (session.mode, session.amount_total) == ("subscription", 900)


def test_an_altered_answer_is_seen_as_it_is(sandbox: Sandbox, gateway: StripeParts) -> None:
    session, _ = paid(sandbox, gateway)
    alter = {"path": "/v1/checkout/sessions/", "fields": {"amount_total": 1}}
    sandbox.call("PUT", "faults", {"alter": alter})
    try:
        seen = look(gateway, session)
    finally:
        sandbox.call("DELETE", "faults")

    assert seen.amount_total == 1


def test_the_views_are_ours_alone(sandbox: Sandbox, gateway: StripeParts) -> None:
    session, intent = paid(sandbox, gateway)

    assert type(session) is SessionView
    assert type(intent_of(gateway.intents.look(intent, urgent=True))) is IntentView
