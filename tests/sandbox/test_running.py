"""A sandbox started from Python: dials, logs, and that it forgets and ends when it should."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests
import stripe

from stripe_sandbox import Refused, RunningSandbox, running_sandbox
from tests.sandbox.build import DECLINED, a_session, an_intent
from tests.support.merchant import Merchant, Says
from tests.support.patience import PATIENCE

A_DAY = 86_400


@pytest.fixture(scope="module")
def process() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def running(process: RunningSandbox) -> RunningSandbox:
    process.reset()
    return process


@pytest.fixture
def client(running: RunningSandbox) -> stripe.StripeClient:
    return stripe.StripeClient(running.api_key, base_addresses={"api": running.url})


def test_an_endpoint_hears_what_it_wants_signed_with_the_secret_it_chose(
    running: RunningSandbox, client: stripe.StripeClient, receiver: Merchant
) -> None:
    kind = "checkout.session.completed"
    secret = running.send_events_to(receiver.url, kind, secret="whsec_mine")

    session = running.pay(a_session(client).id, email="jenny@example.com")
    running.flush()

    assert secret == "whsec_mine"
    (got,) = receiver.got
    header = got.headers["stripe-signature"]
    event = stripe.Webhook.construct_event(got.body, header, secret)
    assert (event.type, event.data.object["id"]) == (kind, session["id"])
    assert session["customer_details"]["email"] == "jenny@example.com"
    assert [(row["type"], row["status"]) for row in running.deliveries()] == [(kind, 204)]


def test_an_endpoint_that_chooses_nothing_is_given_a_secret_and_every_event(
    running: RunningSandbox, client: stripe.StripeClient, receiver: Merchant
) -> None:
    secret = running.send_events_to(receiver.url)

    an_intent(client)
    running.flush()

    (got,) = receiver.got
    header = got.headers["stripe-signature"]
    assert stripe.WebhookSignature.verify_header(got.body.decode(), header, secret, tolerance=60)


def test_a_secret_is_a_text(running: RunningSandbox) -> None:
    for wrong in ("", 5, None):
        with pytest.raises(Refused) as caught:
            running.control("PUT", "webhook_endpoints/we_1/secret", secret=wrong)
        assert (caught.value.status, caught.value.error["param"]) == (400, "secret")


def test_a_declined_card_says_why(running: RunningSandbox, client: stripe.StripeClient) -> None:
    with pytest.raises(Refused, match="declined") as caught:
        running.pay(a_session(client).id, DECLINED)

    assert (caught.value.status, caught.value.error["code"]) == (402, "card_declined")


def test_the_clock_brings_what_is_due(running: RunningSandbox, client: stripe.StripeClient) -> None:
    session = a_session(client)

    running.advance(A_DAY + 1)

    (expired,) = running.events("checkout.session.expired")
    assert expired["data"]["object"]["id"] == session.id


def test_the_fault_dial_is_turned_and_turned_back(
    running: RunningSandbox, client: stripe.StripeClient
) -> None:
    running.faults(api=[{"kind": "error_500", "path": "/v1/payment_intents"}])
    with pytest.raises(stripe.APIError):
        an_intent(client)
    running.no_faults()

    assert an_intent(client).status == "requires_payment_method"
    assert [row["status"] for row in running.requests()] == [500, 200]


def test_events_are_told_oldest_first_however_many(
    running: RunningSandbox, client: stripe.StripeClient
) -> None:
    made = [an_intent(client).id for _ in range(101)]

    assert [event["data"]["object"]["id"] for event in running.events()] == made


def test_what_is_forgotten_does_not_come_back_with_a_late_answer(
    running: RunningSandbox, client: stripe.StripeClient, receiver: Merchant
) -> None:
    receiver.says(Says(wait=0.5))
    running.send_events_to(receiver.url)
    an_intent(client)
    deadline = time.monotonic() + PATIENCE
    while not receiver.got:
        assert time.monotonic() < deadline
        time.sleep(0.01)

    running.reset()
    running.flush()

    assert (running.events(), running.deliveries()) == ([], [])


def test_it_ends_with_its_block_and_says_when_it_did_not_start() -> None:
    with running_sandbox() as running:
        url = running.url
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=60)

    with pytest.raises(RuntimeError, match="did not start"), running_sandbox("--webhook", url):
        pass
