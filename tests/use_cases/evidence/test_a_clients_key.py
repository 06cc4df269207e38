"""Law 5: a client's key answers for its refund for as long as nobody knows what became of it."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import HOUR
from checkout_service.domain.errors import IdempotencyKeyReused, StripeUnavailable
from checkout_service.use_cases.checkout.hold_idempotency import Ticket
from tests.support.stage import Bought, Stage, calling

KEY, BODY, OTHER = "the-clients-own-key-1", "2500", "3000"
LATE = 73 * HOUR / 1000


def asks(stage: Stage, bought: Bought, body: str = BODY) -> None:
    """Ask for a refund as the API does, under the client's key."""
    hold = stage.use_cases.hold_idempotency
    ticket = hold.begin(scope="key /refunds", key=KEY, fingerprint=body)
    assert isinstance(ticket, Ticket)
    try:
        stage.refunds(bought, int(body), nonce=ticket.nonce)
    except StripeUnavailable:
        hold.free(ticket)
        raise
    hold.keep(ticket, 201, b"{}")


def refunds_of(stage: Stage, bought: Bought) -> list[int]:
    intent = stage.order(bought)["payment_intent"]
    return [
        one["amount"] for one in stage.stripe("GET", "/v1/refunds", payment_intent=intent)["data"]
    ]


@pytest.fixture
def unanswered(stage_on: Stage) -> Bought:
    """A refund of 2,500 that Stripe may have made; the client got a 503."""
    stage = stage_on
    bought = stage.buys(quantity=4)
    stage.pays(bought)
    stage.delivers()
    mend = stage.cuts(calling("POST", "/v1/refunds", moment="after"), times=None)
    with pytest.raises(StripeUnavailable):
        asks(stage, bought)
    mend()
    stage.drops()
    return bought


@pytest.mark.parametrize("forgets", [True, False], ids=["old keys are forgotten", "they are not"])
def test_a_key_whose_refund_is_unfinished_is_not_too_old(
    stage_on: Stage, unanswered: Bought, *, forgets: bool
) -> None:
    stage = stage_on
    stage.advance(LATE)
    if forgets:
        stage.use_cases.hold_idempotency.forget()

    asks(stage, unanswered)

    assert refunds_of(stage, unanswered) == [2500]


def test_a_key_whose_refund_is_unfinished_takes_no_other_body(
    stage_on: Stage, unanswered: Bought
) -> None:
    with pytest.raises(IdempotencyKeyReused):
        asks(stage_on, unanswered, OTHER)

    asks(stage_on, unanswered)

    assert refunds_of(stage_on, unanswered) == [2500]


def test_a_key_whose_refund_was_finished_is_forgotten_in_its_time(
    stage_on: Stage, unanswered: Bought
) -> None:
    stage = stage_on
    stage.works(HOUR / 1000, every=300)
    assert stage.order(unanswered)["amount_refunded"] == 2500
    stage.advance(LATE)

    assert stage.use_cases.hold_idempotency.forget() == 1
    asks(stage, unanswered, OTHER)

    assert sorted(refunds_of(stage, unanswered)) == [2500, 3000]
