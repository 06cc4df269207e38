"""Of an order without reads of Stripe left, nobody takes what is not known for unpaid."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from checkout_service.domain.clock import DAY, HOUR, SECOND
from checkout_service.domain.errors import (
    CheckoutError,
    MoneyInFlight,
    OrderPaid,
    StripeUnavailable,
)
from checkout_service.domain.schedule import READS_AT_FIRST
from checkout_service.storage.tables import orders
from tests.support.stage import Bought, Stage, calling
from tests.use_cases.evidence.test_a_cancel_is_remembered import state_of_writes
from tests.use_cases.evidence.test_a_price_that_changes import confirms_transfer
from tests.use_cases.evidence.test_reads_that_are_spent import (
    expires_at_stripe,
    kinds,
    open_at_stripe,
)
from tests.use_cases.held_money.on_a_card import flows


def spends_reads_of(stage: Stage, bought: Bought) -> None:
    """Have the order cost all reads that its first month may take."""
    spent = {"reads": READS_AT_FIRST, "reads_window": 0}
    with stage.engine.begin() as connection:
        connection.execute(update(orders).where(orders.c.id == bought.order).values(spent))


def paid_unseen(stage: Stage, kind: str = "checkout_session") -> Bought:
    """An order that is paid, of which no door told us, and that may not be looked at."""
    bought = stage.buys(kind=kind)
    stage.pays(bought)
    stage.drops()
    spends_reads_of(stage, bought)
    return bought


@kinds
def test_who_starts_over_beyond_the_orders_reads_gets_no_second_thing_to_pay(
    stage_on: Stage, kind: str
) -> None:
    """By what is remembered their page is open still: they are led to that one, paid or not."""
    stage = stage_on
    bought = paid_unseen(stage, kind)
    verbs = stage.use_cases
    again = verbs.start_checkout.again if bought.intent is None else verbs.start_intent.again

    assert again(bought.order).id == bought.id

    assert open_at_stripe(stage) == []
    assert (
        len(stage.writes("/v1/checkout/sessions")) + len(stage.writes("/v1/payment_intents")) == 1
    )


def test_who_starts_over_when_their_page_has_ended_waits_until_it_is_known_that_it_is_unpaid(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought = paid_unseen(stage)
    stage.advance(DAY / SECOND)
    stage.drops()
    again = stage.use_cases.start_checkout.again

    with pytest.raises(StripeUnavailable):
        again(bought.order)
    assert open_at_stripe(stage) == []

    with pytest.raises(OrderPaid):  # the closing that was written down looks for itself
        again(bought.order)
    assert open_at_stripe(stage) == []


def test_a_page_that_has_ended_unpaid_is_started_over_beyond_the_orders_reads(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought = stage.buys()
    expires_at_stripe(stage, bought)
    spends_reads_of(stage, bought)
    stage.advance(DAY / SECOND)
    stage.drops()
    again = stage.use_cases.start_checkout.again
    with pytest.raises(StripeUnavailable):
        again(bought.order)

    answer = again(bought.order)

    assert answer.id != bought.session
    assert open_at_stripe(stage) == [answer.id]


@pytest.mark.parametrize("act", ["cancels", "expires"])
def test_a_payment_beyond_the_orders_reads_is_not_taken_for_none(stage_on: Stage, act: str) -> None:
    stage = stage_on
    bought = paid_unseen(stage)

    def do() -> None:
        if act == "cancels":
            stage.cancels(bought)
        else:
            stage.use_cases.expire_session.expire(str(bought.session))

    with pytest.raises(StripeUnavailable):
        do()
    with pytest.raises(OrderPaid):
        do()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


def test_a_payment_beyond_the_orders_reads_is_found_by_the_sweep_that_was_to_cancel(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought = paid_unseen(stage)
    with pytest.raises(CheckoutError):
        stage.cancels(bought)

    stage.works(HOUR / SECOND, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


def test_a_voucher_of_which_nobody_told_us_is_not_let_go(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys("mug-eur", kind="payment_intent")
    confirms_transfer(stage, bought)
    stage.drops()
    spends_reads_of(stage, bought)

    for _ in range(3):
        with pytest.raises(MoneyInFlight):
            stage.cancels(bought)

    assert stage.order(bought)["status"] == "processing"
    assert len(stage.reads(f"/v1/payment_intents/{bought.intent}")) == 1


def test_an_intent_that_nobody_pays_is_canceled_all_the_same(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys("mug-eur", kind="payment_intent")
    spends_reads_of(stage, bought)

    assert stage.cancels(bought).status == "canceled"

    intent = stage.stripe("GET", f"/v1/payment_intents/{bought.intent}")
    assert intent["status"] == "canceled"


def test_a_voucher_that_a_cancel_meets_beyond_the_orders_reads_is_asked_about_once(
    stage_on: Stage,
) -> None:
    """Nobody lets go of what its buyer is paying, and nobody asks again and again about it."""
    stage = stage_on
    bought = stage.buys("mug-eur", kind="payment_intent")
    mend = stage.cuts(calling("POST"), times=None)
    with pytest.raises(StripeUnavailable):
        stage.cancels(bought)
    mend()
    confirms_transfer(stage, bought)
    stage.drops()
    spends_reads_of(stage, bought)
    stage.forget_calls()

    stage.works(HOUR / SECOND, every=60)

    assert stage.order(bought)["status"] == "processing"
    assert len(stage.reads(f"/v1/payment_intents/{bought.intent}")) == 1
    assert "asked" not in state_of_writes(stage)


@flows
@pytest.mark.parametrize("verb", ["captures", "voids"])
def test_held_money_beyond_the_orders_reads_is_not_said_to_be_missing(
    stage_on: Stage, flow: str, verb: str
) -> None:
    stage = stage_on
    bought = stage.prices(5000, flow, capture="manual")
    stage.pays(bought)
    spends_reads_of(stage, bought)

    with pytest.raises(StripeUnavailable):
        getattr(stage, verb)(bought, nonce="one")

    stage.delivers()
    answer = getattr(stage, verb)(bought, nonce="one")
    assert answer.status == ("paid" if verb == "captures" else "canceled")
