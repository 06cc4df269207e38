"""`flask orders show` and `explain` tell the evidence: holds, refunds on their way, disputes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.on_stage import Desk, desk_on
from tests.support.stage import Bought, Stage, calling


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Desk:
    return desk_on(stage, tmp_path)


@pytest.fixture
def paid(desk: Desk) -> Bought:
    bought = desk.stage.buys()
    desk.stage.pays(bought)
    desk.stage.delivers()
    return bought


def a_held_order(stage: Stage) -> tuple[Bought, str]:
    """Have an order that Stripe shows a cent dearer; give the event that told it, too."""
    bought = stage.buys()
    alter = {"path": "/v1/checkout/sessions/", "fields": {"amount_total": 2501}}
    stage.control("PUT", "faults", {"alter": alter})
    stage.pays(bought)
    (event,) = stage.delivers("checkout.session.completed")
    stage.control("DELETE", "faults")
    return bought, event["id"]


def test_a_hold_tells_what_was_expected_and_seen_by_which_event(desk: Desk) -> None:
    bought, event = a_held_order(desk.stage)

    explained = desk.text("orders", "explain", bought.order)
    shown = desk.text("orders", "show", bought.order)

    evidence = "expected 2500 usd; seen 2501 usd (subtotal 2500; paid)"
    assert f"Held: amount_mismatch, the amount paid is not the order's.\n  {evidence}" in explained
    assert f"by {event}" in explained
    assert f"flask orders release {bought.order} amount_mismatch" in explained
    assert "EXPECTED" in shown
    assert "2501 usd (subtotal 2500; paid)" in shown
    assert event in shown


def test_a_released_hold_stays_in_the_story(desk: Desk) -> None:
    bought, _ = a_held_order(desk.stage)
    desk.stage.advance(60)

    desk.text("orders", "release", bought.order, "amount_mismatch", "--by", "Kim")

    told = desk.json("orders", "explain", bought.order)
    steps = {entry["what"]: entry["detail"] for entry in told["timeline"]}
    assert steps["held"].startswith("amount_mismatch: expected 2500 usd; seen 2501 usd")
    assert steps["released"] == "amount_mismatch"
    assert not any("Held" in sentence for sentence in told["next"])
    assert "RELEASED" in desk.text("orders", "show", bought.order)


def test_a_refund_whose_outcome_is_unknown_is_told(desk: Desk, paid: Bought) -> None:
    desk.stage.cuts(calling("POST", "/v1/refunds", moment="after"), times=None)

    assert desk.run("orders", "refund", paid.order, "--amount", "1000").exit_code == 75

    sentence = "A refund of 10.00 USD was asked of Stripe, its outcome is not known yet."
    assert sentence in desk.text("orders", "explain", paid.order)
    assert "Outcome unknown" in desk.text("orders", "show", paid.order)
    desk.stage.delivers()  # Stripe tells of the refund that it did make
    assert sentence not in desk.text("orders", "explain", paid.order)


def test_a_refund_that_is_pending_is_on_its_way(desk: Desk, paid: Bought) -> None:
    stage = desk.stage
    intent = stage.order(paid)["payment_intent"]
    alter = {"path": "/v1/refunds", "fields": {"status": "pending"}}
    stage.control("PUT", "faults", {"alter": alter})
    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=1000)
    stage.delivers("refund.created")
    stage.control("DELETE", "faults")

    explained = desk.text("orders", "explain", paid.order)

    assert "A refund of 10.00 USD (re_" in explained
    assert "is on its way, not with the buyer yet." in explained
    assert "Now paid." in explained


def test_a_dispute_tells_until_when_and_what_it_took(desk: Desk, paid: Bought) -> None:
    stage = desk.stage
    intent = stage.order(paid)["payment_intent"]
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute")
    stage.delivers()

    waiting = desk.text("orders", "explain", paid.order)
    stage.control("POST", f"disputes/{dispute['id']}/close", {"status": "lost"})
    stage.delivers()
    lost = desk.text("orders", "explain", paid.order)

    assert f"A dispute of 25.00 USD ({dispute['id']}) wants your answer at Stripe by " in waiting
    assert "dispute" in {e["what"] for e in desk.json("orders", "explain", paid.order)["timeline"]}
    assert "Charged back by a lost dispute: 25.00 USD of the 25.00 USD that came." in lost
    assert "charged back  25.00 USD" in desk.text("orders", "show", paid.order)
