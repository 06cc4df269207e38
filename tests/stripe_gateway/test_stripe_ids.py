"""What is no id never reaches Stripe, and an answer about another object is not believed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.domain.ports.refunds import RefundRequest
from checkout_service.stripe_gateway import StripeParts
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe


def test_an_answer_about_another_object_is_not_believed(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(Answer(sj.a_session(id="cs_test_other")))
    with pytest.raises(StripeUnavailable):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)

    stub.says(Answer(sj.an_intent(id="pi_other")))
    with pytest.raises(StripeUnavailable):
        gateway.intents.look(sj.INTENT_ID, urgent=True)

    stub.says(Answer(sj.a_price(id="price_other")))
    with pytest.raises(StripeUnavailable):
        gateway.prices.price("price_1")


@pytest.mark.parametrize(
    "bad", ["", "..", "cs_test_", "cs_test_a/../b", "pi_1", "cs_test_é", "x" * 999]
)
def test_what_is_no_session_id_never_reaches_stripe(
    gateway: StripeParts, stub: StubStripe, reads: list[bool], bad: str
) -> None:
    with pytest.raises(StripeRejected) as refusal:
        gateway.sessions.look(bad, urgent=True)
    with pytest.raises(StripeRejected):
        gateway.sessions.close(bad, idempotency_key="k")

    assert refusal.value.reason == "resource_missing"
    assert (stub.seen, reads) == ([], [])


@pytest.mark.parametrize("bad", ["", "..", "pi_", "pi_a/cancel", "cs_test_1"])
def test_what_is_no_intent_id_never_reaches_stripe(
    gateway: StripeParts, stub: StubStripe, bad: str
) -> None:
    asks: list[Callable[[], object]] = [
        lambda: gateway.intents.client_secret(bad),
        lambda: gateway.intents.look(bad, urgent=True),
        lambda: gateway.intents.update(bad, amount=1, idempotency_key="k"),
        lambda: gateway.intents.close(bad, idempotency_key="k", reason=None),
        lambda: gateway.intents.capture(bad, amount=1, idempotency_key="k", request_id="r"),
        lambda: gateway.refunds.create(RefundRequest("k", "r", sj.ORDER_ID, bad, 1)),
        lambda: gateway.prices.price("../events"),
    ]
    for ask in asks:
        with pytest.raises(StripeRejected):
            ask()
    assert stub.seen == []
