"""What a look and a list ask of Stripe, how often, and what they make of the answers."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import pytest

from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.stripe_gateway import StripeParts
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe, error

FORBIDDEN = error(403, type="invalid_request_error", message="rak_charge_read is missing")
NOTHING = Answer(sj.a_list())


def now() -> int:
    return int(time.time() * 1000)


def looked_at(*, charge: sj.Json | None = None, **session: object) -> Answer:
    intent = sj.an_intent(latest_charge=charge)
    return Answer(sj.a_session(**{"payment_intent": intent, **session}))


def asked(stub: StubStripe) -> list[tuple[str, dict[str, list[str]]]]:
    return [(seen.path, seen.query) for seen in stub.seen]


def test_a_plain_payment_costs_one_read(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(looked_at(charge=sj.a_charge()))

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert snapshot.session is not None
    assert snapshot.session.intent is not None
    assert (snapshot.refunds, snapshot.disputes) == ((), ())
    assert asked(stub) == [
        (
            f"/v1/checkout/sessions/{sj.SESSION_ID}",
            {
                "expand[0]": ["payment_intent.latest_charge.refunds"],
                "expand[1]": ["invoice"],
                "expand[2]": ["shipping_cost.shipping_rate"],
            },
        )
    ]
    assert reads == [True]


def test_refunds_within_the_charge_cost_nothing_more(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    enclosed = sj.a_list(sj.a_refund(), sj.a_refund(id="re_2", status="failed"))
    stub.says(looked_at(charge=sj.a_charge(refunds=enclosed)))

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=False)

    assert [(r.id, r.status) for r in snapshot.refunds] == [
        ("re_1", "succeeded"),
        ("re_2", "failed"),
    ]
    assert reads == [False]


@pytest.mark.parametrize(
    "charge",
    [
        sj.a_charge(amount_refunded=150),
        sj.a_charge(refunded=True),
        sj.a_charge(amount_refunded=150, refunds=sj.a_list(sj.a_refund(), has_more=True)),
    ],
)
def test_refunds_a_charge_only_speaks_of_are_listed_whole(
    gateway: StripeParts, stub: StubStripe, reads: list[bool], charge: sj.Json
) -> None:
    second_page = sj.a_list(sj.a_refund(id="re_2"))
    stub.says(
        looked_at(charge=charge),
        Answer(sj.a_list(sj.a_refund(), has_more=True)),
        Answer(second_page),
    )

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert [refund.id for refund in snapshot.refunds] == ["re_1", "re_2"]
    assert asked(stub)[1:] == [
        ("/v1/refunds", {"limit": ["100"], "payment_intent": [sj.INTENT_ID]}),
        ("/v1/refunds", {"limit": ["100"], "payment_intent": [sj.INTENT_ID],
                         "starting_after": ["re_1"]}),
    ]  # fmt: skip
    assert reads == [True, True, True]


def test_disputes_are_listed_when_the_charge_is_disputed(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(looked_at(charge=sj.a_charge(disputed=True)), Answer(sj.a_list(sj.a_dispute())))

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert [dispute.status for dispute in snapshot.disputes] == ["needs_response"]
    assert asked(stub)[1] == (
        "/v1/disputes", {"limit": ["100"], "payment_intent": [sj.INTENT_ID]}
    )  # fmt: skip


@pytest.mark.parametrize("intent", [None, sj.INTENT_ID])
def test_a_session_without_a_payment_is_looked_at_alone(
    gateway: StripeParts, stub: StubStripe, intent: str | None
) -> None:
    stub.says(looked_at(payment_intent=intent, mode="subscription", subscription="sub_1"))

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert snapshot.session is not None
    assert snapshot.session.subscription_id == "sub_1"
    assert len(stub.seen) == 1


def test_a_restricted_key_sees_what_it_may_and_does_not_ask_again(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(*[FORBIDDEN] * 4, Answer(sj.a_session()))

    first = gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert first.session is not None
    assert first.session.intent_id == sj.INTENT_ID
    assert len(reads) == 5

    gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert asked(stub)[-1][1] == {}
    assert len(reads) == 6


def test_a_key_that_may_see_payments_but_not_charges_sees_payments(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(*[FORBIDDEN] * 3, looked_at(charge=None))

    for _ in range(2):
        snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)
        assert snapshot.session is not None
        assert snapshot.session.intent is not None
    assert [query for _, query in asked(stub)][-1] == {"expand[0]": ["payment_intent"]}
    assert len(stub.seen) == 5


def test_a_key_that_may_not_see_invoices_sees_charges_and_refunds(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(FORBIDDEN, looked_at(charge=sj.a_charge()))

    for _ in range(2):
        snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)
        assert snapshot.whole
    assert asked(stub)[-1][1] == {"expand[0]": ["payment_intent.latest_charge.refunds"]}
    assert len(stub.seen) == 3


def test_a_key_that_may_see_no_session_is_refused_and_nothing_is_concluded(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(FORBIDDEN)

    for _ in range(2):
        with pytest.raises(StripeRejected):
            gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert len(stub.seen) == 10


def test_a_key_that_may_not_list_refunds_still_tells_the_payment(
    gateway: StripeParts, stub: StubStripe, caplog: pytest.LogCaptureFixture
) -> None:
    stub.says(looked_at(charge=sj.a_charge(refunded=True, disputed=True)), FORBIDDEN)

    with caplog.at_level(logging.WARNING):
        snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert snapshot.session is not None
    assert (snapshot.refunds, snapshot.disputes) == ((), ())
    assert [r.getMessage() for r in caplog.records].count("stripe.permission_missing") == 2


def test_a_list_of_refunds_that_fails_fails_the_look(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(looked_at(charge=sj.a_charge(refunded=True)), error(500))

    with pytest.raises(StripeUnavailable):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)


def test_an_intent_is_looked_at_with_its_money_back(gateway: StripeParts, stub: StubStripe) -> None:
    charge = sj.a_charge(refunds=sj.a_list(sj.a_refund()), disputed=True)
    stub.says(Answer(sj.an_intent(latest_charge=charge)), Answer(sj.a_list(sj.a_dispute())))

    snapshot = gateway.intents.look(sj.INTENT_ID, urgent=True)

    assert snapshot.intent is not None
    assert [r.id for r in snapshot.refunds] == ["re_1"]
    assert [d.id for d in snapshot.disputes] == ["du_1"]


def test_an_intent_whose_charge_is_not_for_us_is_still_looked_at(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(FORBIDDEN, FORBIDDEN, Answer(sj.an_intent()))

    for _ in range(2):
        assert gateway.intents.look(sj.INTENT_ID, urgent=True).intent is not None
    assert [query for _, query in asked(stub)] == [
        {"expand[0]": ["latest_charge.refunds"]}, {"expand[0]": ["latest_charge"]}, {}, {}
    ]  # fmt: skip


def test_a_price_is_asked_for_once_a_minute(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(Answer(sj.a_price()))

    assert gateway.prices.price("price_1") == gateway.prices.price("price_1")
    assert reads == [True]


def test_a_look_was_observed_when_it_was_asked_for(gateway: StripeParts, stub: StubStripe) -> None:
    """Law 1: what Stripe takes to answer, and what is read after it, makes no look younger."""
    refunded = looked_at(charge=sj.a_charge(refunded=True))
    stub.says(replace(refunded, wait=0.3), Answer(sj.a_list(sj.a_refund()), wait=0.3))
    asked_at = now()

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert asked_at <= snapshot.asked_at <= now() - 600
    assert snapshot.whole


@pytest.mark.parametrize("says", [sj.a_session(payment_intent=None), sj.a_session()])
def test_a_single_look_is_whole_as_far_as_our_key_may_see(
    gateway: StripeParts, stub: StubStripe, says: sj.Json
) -> None:
    stub.says(FORBIDDEN, FORBIDDEN, FORBIDDEN, Answer(says))
    asked_at = now()

    snapshot = gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert snapshot.whole
    assert snapshot.asked_at >= asked_at
