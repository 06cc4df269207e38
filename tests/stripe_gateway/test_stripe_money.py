"""What moves or stops money at Stripe: refunds, captures, closings, each under its key."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.facts.fact import Cover, Fact
from checkout_service.domain.facts.snapshots import RefundView
from checkout_service.domain.ports.refunds import RefundRequest
from checkout_service.stripe_gateway import StripeParts
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe, error
from tests.stripe_gateway.test_stripe_writes import INTENT, REQUEST, intent_of, session_of, written

REFUND = RefundRequest("rf_1", "mwr_1", sj.ORDER_ID, sj.INTENT_ID, 150)
OPENED = sj.a_session(status="open", url="https://checkout.stripe.com/c/pay/x")


def now() -> int:
    return int(time.time() * 1000)


@pytest.mark.parametrize(
    ("change", "adds"),
    [
        ({}, {}),
        ({"reason": "duplicate"}, {"reason": "duplicate"}),
        ({"metadata": {"case": "7"}}, {"metadata[case]": "7"}),
        ({"metadata": {"checkout_request_id": "forged", "order_id": "forged"}}, {}),
    ],
)
def test_a_refund_names_the_order_and_our_request_by_which_it_is_found_again(
    gateway: StripeParts, stub: StubStripe, change: dict[str, Any], adds: dict[str, str]
) -> None:
    stub.says(Answer(sj.a_refund(metadata={"checkout_request_id": "mwr_1"})))

    fact = gateway.refunds.create(replace(REFUND, **change))

    assert isinstance(fact.subject, RefundView)
    assert (fact.subject.id, fact.subject.amount) == ("re_1", 150)
    assert fact.subject.request_id == "mwr_1"
    assert stub.seen[0].headers["Idempotency-Key"] == "rf_1"
    assert written(stub) == {
        "payment_intent": sj.INTENT_ID,
        "amount": "150",
        "metadata[order_id]": sj.ORDER_ID,
        "metadata[checkout_request_id]": "mwr_1",
        **adds,
    }


@pytest.mark.parametrize(("amount", "adds"), [(None, {}), (700, {"amount_to_capture": "700"})])
def test_a_capture_takes_all_or_part_under_its_key_and_our_name(
    gateway: StripeParts, stub: StubStripe, amount: int | None, adds: dict[str, str]
) -> None:
    stub.says(Answer(sj.an_intent()))

    fact = gateway.intents.capture(
        sj.INTENT_ID, amount=amount, idempotency_key="k", request_id="mwr_1"
    )

    assert intent_of(fact).status == "succeeded"
    assert stub.seen[0].path == f"/v1/payment_intents/{sj.INTENT_ID}/capture"
    assert stub.seen[0].headers["Idempotency-Key"] == "k"
    assert written(stub) == {"metadata[checkout_request_id]": "mwr_1", **adds}


def test_an_answer_to_our_own_call_shows_one_object_as_it_was_when_we_asked(
    gateway: StripeParts, stub: StubStripe
) -> None:
    """Law 1: what it says is as old as the request, and it shows nothing around the object."""
    stub.says(Answer(OPENED))
    began = now()
    opened, _ = gateway.sessions.open(REQUEST)
    stub.says(Answer(sj.an_intent(), wait=0.3))
    asked = now()
    created, _ = gateway.intents.open(INTENT)
    answered = now()
    stub.says(Answer(sj.a_refund()))
    refund = gateway.refunds.create(REFUND)

    for fact in (opened, created, refund):
        assert fact.cover is Cover.OBJECT
        assert (fact.fresh, fact.seen.by_event, fact.proves) == (False, False, False)
        assert began <= fact.seen.at <= now()
    assert asked <= created.seen.at <= answered - 300


def close_session(gateway: StripeParts) -> Fact | None:
    return gateway.sessions.close(sj.SESSION_ID, idempotency_key="k1")


def close_intent(gateway: StripeParts) -> Fact | None:
    return gateway.intents.close(sj.INTENT_ID, idempotency_key="k", reason=None)


def capture_intent(gateway: StripeParts) -> Fact | None:
    return gateway.intents.capture(
        sj.INTENT_ID, amount=None, idempotency_key="k", request_id="mwr_1"
    )


def test_what_is_open_can_be_closed(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(
        Answer(sj.a_session(status="expired", payment_status="unpaid")),
        Answer(sj.an_intent(status="canceled")),
    )

    session = close_session(gateway)
    intent = gateway.intents.close(sj.INTENT_ID, idempotency_key="k2", reason="abandoned")

    assert session_of(session).status == "expired"
    assert intent_of(intent).status == "canceled"
    assert [seen.headers["Idempotency-Key"] for seen in stub.seen] == ["k1", "k2"]
    assert [seen.form for seen in stub.seen] == [{}, {"cancellation_reason": ["abandoned"]}]
    assert [seen.path for seen in stub.seen] == [
        f"/v1/checkout/sessions/{sj.SESSION_ID}/expire",
        f"/v1/payment_intents/{sj.INTENT_ID}/cancel",
    ]


@pytest.mark.parametrize("code", [{}, {"code": "payment_intent_unexpected_state"}])
def test_what_is_not_open_any_more_is_told_so(
    gateway: StripeParts, stub: StubStripe, code: dict[str, str]
) -> None:
    stub.says(error(400, type="invalid_request_error", message="Only open ones.", **code))

    assert close_session(gateway) is None
    assert close_intent(gateway) is None
    assert capture_intent(gateway) is None
    with pytest.raises(StripeRejected):  # another amount is asked for only where it can be set
        gateway.intents.update(sj.INTENT_ID, amount=700, idempotency_key="k")


@pytest.mark.parametrize(
    "answer",
    [
        error(404, type="invalid_request_error", code="resource_missing"),
        error(403, message="rak_checkout_session_write"),
        error(401, message="Invalid key"),
        error(400, type="idempotency_error"),
    ],
)
def test_a_refusal_for_another_reason_is_not_taken_for_closed(
    gateway: StripeParts, stub: StubStripe, answer: Answer
) -> None:
    stub.says(answer)

    for ask in (close_session, close_intent, capture_intent):
        with pytest.raises(StripeRejected):
            ask(gateway)


def test_a_refund_is_found_again_by_our_own_name(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    ours = sj.a_refund(id="re_2", status="failed", metadata={"checkout_request_id": "mwr_1"})
    stub.says(Answer(sj.a_list(sj.a_refund(), has_more=True)), Answer(sj.a_list(ours)))
    began = now()

    found = list(gateway.refunds.find(sj.INTENT_ID))

    views = [fact.subject for fact in found if isinstance(fact.subject, RefundView)]
    assert [(view.id, view.request_id) for view in views] == [("re_1", None), ("re_2", "mwr_1")]
    assert all(fact.cover is Cover.OBJECT and fact.seen.at >= began for fact in found)
    assert stub.seen[0].path == "/v1/refunds"
    assert stub.seen[0].query == {"limit": ["100"], "payment_intent": [sj.INTENT_ID]}
    assert reads == [True, True]
