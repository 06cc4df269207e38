"""`flask orders show` and `explain` tell the evidence: holds, refunds on their way, disputes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.on_stage import Admin, admin_on
from tests.support.stage import Bought, Stage, calling


@pytest.fixture
def admin(stage: Stage, tmp_path: Path) -> Admin:
    return admin_on(stage, tmp_path)


@pytest.fixture
def paid(admin: Admin) -> Bought:
    bought = admin.stage.buys()
    admin.stage.pays(bought)
    admin.stage.delivers()
    return bought


def a_held_order(stage: Stage) -> tuple[Bought, str]:
    """Have an order that Stripe shows a cent dearer; return the event that told it, too."""
    bought = stage.buys()
    alter = {"path": "/v1/checkout/sessions/", "fields": {"amount_total": 2501}}
    stage.control("PUT", "faults", {"alter": alter})
    stage.pays(bought)
    (event,) = stage.delivers("checkout.session.completed")
    stage.control("DELETE", "faults")
    return bought, event["id"]


def test_a_hold_tells_what_was_expected_and_seen_by_which_event(admin: Admin) -> None:
    bought, event = a_held_order(admin.stage)

    explained = admin.text("orders", "explain", bought.order)
    shown = admin.text("orders", "show", bought.order)

    evidence = "expected 25.00 USD; seen 25.01 USD (subtotal 25.00; paid)"
    assert "Held: amount_mismatch, the amount paid is not the order's. Release it if" in explained
    assert f"else give it back.\n  {evidence}" in explained
    assert f"by {event}" in explained
    assert f"flask orders release {bought.order} amount_mismatch" in explained
    assert "EXPECTED" in shown
    assert "25.01 USD (subtotal 25.00; paid)" in shown
    assert event in shown


def test_a_released_hold_stays_in_the_story(admin: Admin) -> None:
    bought, _ = a_held_order(admin.stage)
    admin.stage.advance(60)

    admin.text("orders", "release", bought.order, "amount_mismatch", "--by", "Kim")

    told = admin.json("orders", "explain", bought.order)
    steps = {entry["what"]: entry["detail"] for entry in told["timeline"]}
    assert steps["held"].startswith("amount_mismatch: expected 25.00 USD; seen 25.01 USD")
    assert steps["released"] == "amount_mismatch"
    assert not any("Held" in sentence for sentence in told["next"])
    assert "RELEASED" in admin.text("orders", "show", bought.order)


def test_a_refund_whose_outcome_is_unknown_is_told(admin: Admin, paid: Bought) -> None:
    admin.stage.cuts(calling("POST", "/v1/refunds", moment="after"), times=None)

    assert admin.run("orders", "refund", paid.order, "--amount", "1000").exit_code == 75

    sentence = "A refund of 10.00 USD was asked of Stripe, its outcome is not known yet."
    assert sentence in admin.text("orders", "explain", paid.order)
    assert "Outcome unknown" in admin.text("orders", "show", paid.order)
    admin.stage.delivers()  # Stripe tells of the refund that it did make
    assert sentence not in admin.text("orders", "explain", paid.order)


def test_a_refund_that_is_pending_is_on_its_way(admin: Admin, paid: Bought) -> None:
    stage = admin.stage
    intent = stage.order(paid)["payment_intent"]
    alter = {"path": "/v1/refunds", "fields": {"status": "pending"}}
    stage.control("PUT", "faults", {"alter": alter})
    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=1000)
    stage.delivers("refund.created")
    stage.control("DELETE", "faults")

    explained = admin.text("orders", "explain", paid.order)

    assert "A refund of 10.00 USD (re_" in explained
    assert "is on its way, not with the buyer yet." in explained
    assert "Now paid." in explained


def test_a_dispute_tells_until_when_and_what_it_took(admin: Admin, paid: Bought) -> None:
    stage = admin.stage
    intent = stage.order(paid)["payment_intent"]
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute")
    stage.delivers()

    waiting = admin.text("orders", "explain", paid.order)
    stage.control("POST", f"disputes/{dispute['id']}/close", {"status": "lost"})
    stage.delivers()
    lost = admin.text("orders", "explain", paid.order)

    assert f"A dispute of 25.00 USD ({dispute['id']}) wants your answer at Stripe by " in waiting
    assert "dispute" in {e["what"] for e in admin.json("orders", "explain", paid.order)["timeline"]}
    assert "Charged back by a lost dispute: 25.00 USD of the 25.00 USD that came." in lost
    assert re.search(
        r"^charged back +25\.00 USD$", admin.text("orders", "show", paid.order), re.MULTILINE
    )
