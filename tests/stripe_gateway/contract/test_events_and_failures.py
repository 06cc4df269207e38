"""Events, keys and failures as Stripe has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.domain.facts.snapshots import SessionView
from checkout_service.stripe_gateway import API_VERSION, StripeParts
from tests.stripe_gateway.stub_stripe import running_stub
from tests.support.service import WEBHOOK_SECRET
from tests.support.stack import Sandbox

from .build import (
    Stripe,
    a_refund,
    a_request,
    closed,
    events_since,
    ids,
    look,
    now,
    opened,
    paid,
    session_of,
)


def test_events_are_told_oldest_first(sandbox: Sandbox, gateway: StripeParts) -> None:
    session, intent = paid(sandbox, gateway)
    gateway.refunds.create(a_refund(intent, 5000))

    events = events_since(gateway, now() - 60_000)

    kinds = [event.type for event in events]
    assert kinds.index("payment_intent.succeeded") < kinds.index("checkout.session.completed")
    assert kinds.index("checkout.session.completed") < kinds.index("charge.refunded")
    assert {event.api_version for event in events} == {API_VERSION}
    assert [event.created for event in events] == sorted(event.created for event in events)
    told = next(e.subject for e in events if e.type == "checkout.session.completed")
    assert isinstance(told, SessionView)
    assert (told.id, told.payment_status) == (session.id, "paid")
    assert events_since(gateway, now() + 60_000) == []


def test_a_long_backlog_of_events_is_told_whole(sandbox: Sandbox, gateway: StripeParts) -> None:
    for _ in range(115):
        closed(gateway, opened(gateway))

    everything = [event.id for event in events_since(gateway, 0)]

    assert len(everything) == len(set(everything)) == 115
    start = now()
    sandbox.call("POST", "clock", {"advance": 3600})
    for _ in range(115):
        closed(gateway, opened(gateway))
    later = [event.id for event in events_since(gateway, start + 60_000)]
    assert len(later) == len(set(later)) == 115
    assert not set(later) & set(everything)


def test_a_restricted_key_reads_sessions_and_writes_nothing(
    sandbox: Sandbox, stripe: Stripe
) -> None:
    session, _ = paid(sandbox, stripe())
    restricted = stripe("rk_test_contract")

    for _ in range(2):
        seen = look(restricted, session)
        assert seen.payment_status == "paid"
    assert ids(restricted.sessions.find()) == [session.id]
    with pytest.raises(StripeRejected) as refusal:
        restricted.sessions.open(a_request())
    assert refusal.value.permission


def test_an_organisations_key_names_its_account_with_every_call(
    sandbox: Sandbox, stripe: Stripe
) -> None:
    ours = stripe("sk_org_test_contract", "acct_ours")
    session, intent = paid(sandbox, ours)
    ours.refunds.create(a_refund(intent, 5000))
    assert closed(ours, session) is None
    assert events_since(ours, now() - 60_000)

    with pytest.raises(StripeRejected, match="include the Stripe-Context header"):
        stripe("sk_org_test_contract").sessions.open(a_request())
    with pytest.raises(StripeRejected, match="does not have access") as refusal:
        stripe("sk_test_contract", "acct_ours").sessions.open(a_request())
    assert refusal.value.permission


def test_a_session_says_which_software_made_it(sandbox: Sandbox, gateway: StripeParts) -> None:
    own = {"session": {"integration_identifier": "fair_2026"}}
    for request, said in ((a_request(), "checkout_service"), (a_request(options=own), "fair_2026")):
        name = opened(gateway, request).id
        merchant = {"Authorization": "Bearer sk_test_contract"}
        url = f"{sandbox.url}/v1/checkout/sessions/{name}"
        shown = requests.get(url, headers=merchant, timeout=60).json()
        assert shown["integration_identifier"] == said


def test_a_key_stripe_does_not_know_is_told_apart(stripe: Stripe) -> None:
    with pytest.raises(StripeRejected) as refusal:
        stripe("nonsense").sessions.look("cs_test_1", urgent=True)
    assert refusal.value.reason == "authentication_failed"


@pytest.mark.parametrize(
    ("kind", "indeterminate"),
    [("error_500", True), ("commit_then_500", True), ("commit_then_reset", False),
     ("reset", False), ("rate_limit", False)],
)  # fmt: skip
def test_an_unknown_outcome_is_mended_by_the_same_request(
    sandbox: Sandbox, gateway: StripeParts, kind: str, *, indeterminate: bool
) -> None:
    request = a_request()
    fault = {"method": "POST", "path": "/v1/checkout/sessions", "kind": kind, "probability": 1.0}
    sandbox.call("PUT", "faults", {"seed": 1, "api": [fault]})
    try:
        with pytest.raises(StripeUnavailable) as failure:
            gateway.sessions.open(request)
    finally:
        sandbox.call("DELETE", "faults")
    assert failure.value.indeterminate is indeterminate

    if indeterminate:  # Stripe replays a 500 under its key: only a list tells
        found = [session_of(one).order_id for one in gateway.sessions.find()]
        assert found == ([request.order_id] if kind == "commit_then_500" else [])
    else:
        view = opened(gateway, request)
        assert ids(gateway.sessions.find()) == [view.id]


def test_a_webhook_is_read_as_the_list_tells_it(sandbox: Sandbox, gateway: StripeParts) -> None:
    listener = replace(gateway.event_reader, webhook_secrets=(WEBHOOK_SECRET,))
    with running_stub(sandbox.webhook_port) as inbox:
        paid(sandbox, gateway)
        sandbox.call("POST", "deliveries/flush")
        received = [
            listener.read_signed(seen.body, seen.headers["Stripe-Signature"]) for seen in inbox.seen
        ]

    listed = events_since(gateway, 0)
    told = {event.id: (event.type, event.subject) for event in received}
    assert "checkout.session.completed" in {kind for kind, _ in told.values()}
    for event in listed:
        assert told[event.id] == (event.type, event.subject)
    assert events_since(gateway, 0, undelivered=True) == []
