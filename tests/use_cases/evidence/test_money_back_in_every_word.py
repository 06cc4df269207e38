"""Disputes and refunds are followed in every word of Stripe's: A13, A18, A19."""

from __future__ import annotations

import pytest

from tests.support.stage import Bought, Stage

from .waiting import status


def disputed(stage: Stage, **body: object) -> tuple[Bought, str]:
    bought = stage.buys(quantity=4)
    paid = stage.pays(bought)
    stage.delivers()
    dispute = stage.control("POST", f"payment_intents/{paid['payment_intent']}/dispute", dict(body))
    stage.delivers()
    name: str = dispute["id"]
    return bought, name


def kinds(stage: Stage, bought: Bought) -> list[str]:
    return [m["kind"].removeprefix("order.") for m in stage.messages(bought)]


def test_a13_won_then_lost_is_followed_and_told(stage_on: Stage) -> None:
    stage = stage_on
    bought, dispute = disputed(stage)
    for word, expected in (("won", "paid"), ("lost", "charged_back")):
        stage.advance(60)
        stage.control("POST", f"disputes/{dispute}/close", {"status": word})
        stage.delivers()
        assert status(stage, bought) == expected

    told = ["paid", "disputed", "dispute_needs_response", "dispute_closed", "dispute_closed"]
    assert kinds(stage, bought) == told


def test_a_dispute_that_is_opened_again_is_told_each_time_it_opens_and_closes(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought, dispute = disputed(stage)
    for end in ("lost", "lost"):
        stage.advance(60)
        stage.control("POST", f"disputes/{dispute}/close", {"status": end})
        stage.delivers()
        stage.advance(60)
        stage.control("POST", f"disputes/{dispute}/update", {"status": "needs_response"})
        stage.delivers()

    closed = stage.messages(bought, "order.dispute_closed")
    assert len({message["id"] for message in closed}) == len(closed) == 2
    assert len(stage.messages(bought, "order.disputed")) == 3
    assert len(stage.messages(bought, "order.dispute_needs_response")) == 3


def test_a13_a_prevented_dispute_is_closed(stage: Stage) -> None:
    bought, dispute = disputed(stage)
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute}/close", {"status": "prevented"})
    stage.delivers()

    assert status(stage, bought) == "paid"
    assert kinds(stage, bought)[-1] == "dispute_closed"


def test_a13_an_inquiry_with_a_deadline_is_told(stage: Stage) -> None:
    bought, dispute = disputed(stage, reason="inquiry", due_by=864_000)

    (message,) = stage.messages(bought, "order.dispute_needs_response")
    told = message["body"]["data"]["dispute"]
    assert (told["id"], told["kind"], told["amount"]) == (dispute, "inquiry", 10_000)
    assert told["due_by"] is not None
    assert status(stage, bought) == "paid"
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute}/close", {"status": "warning_closed"})
    stage.delivers()
    assert kinds(stage, bought)[-1] == "dispute_closed"


def test_a19_a_lost_dispute_of_a_part_leaves_the_rest_paid(stage: Stage) -> None:
    bought, dispute = disputed(stage, amount=100)
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute}/close", {"status": "lost"})
    stage.delivers()

    order = stage.order(bought)
    assert (order["status"], order["amount_charged_back"]) == ("paid", 100)


def test_a18_a_refund_that_is_asked_for_is_not_yet_done(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought, "4000000000007726")  # its refund waits, then succeeds
    stage.delivers()
    stage.refunds(bought)
    stage.delivers()
    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("paid", 0)
    assert [refund["status"] for refund in order["refunds"]] == ["pending"]
    assert kinds(stage, bought) == ["paid", "refund_pending"]

    stage.advance(300)
    stage.delivers()

    assert (status(stage, bought), stage.order(bought)["amount_refunded"]) == ("refunded", 2500)
    assert kinds(stage, bought) == ["paid", "refund_pending", "refunded"]


def test_a_disputed_charge_is_not_refunded_and_stripe_is_not_asked(stage: Stage) -> None:
    bought, _ = disputed(stage)
    stage.forget_calls()
    with pytest.raises(Exception, match="disputed"):
        stage.refunds(bought)
    assert stage.writes() == []


def test_a_payment_that_stripe_will_not_refund_is_looked_at(stage: Stage) -> None:
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.delivers()
    stage.stripe("POST", "/v1/refunds", payment_intent=paid["payment_intent"])
    stage.drops()

    with pytest.raises(Exception, match="refund"):
        stage.refunds(bought)
    stage.sweeps()

    assert status(stage, bought) == "refunded"


def test_what_becomes_of_a_second_payment_is_told_as_well(stage: Stage) -> None:
    """Its amounts are not the order's; its refund, and the deadline of its dispute, are news."""
    stage.make_link("print")
    bought = stage.link_order("print")
    stage.pays(bought)
    second = stage.pays(bought)["payment_intent"]
    stage.delivers()
    assert stage.order(bought)["holds"] == ["duplicate_payment"]

    stage.refunds(bought, 1000, payment_intent=second)
    stage.control("POST", f"payment_intents/{second}/dispute", {"reason": "inquiry"})
    stage.delivers()

    told = kinds(stage, bought)
    assert told[-2:] == ["refunded", "dispute_needs_response"]
    (message,) = stage.messages(bought, "order.refunded")
    assert message["body"]["data"]["refund"]["payment_intent"] == second
    assert stage.order(bought)["amount_refunded"] == 0
