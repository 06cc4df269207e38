"""`flask quarantine`: what waits for a person is listed with why, and tried again by its id."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkout_service.domain.clock import DAY, SECOND
from checkout_service.storage.tables import inbox_events
from tests.cli.on_stage import Admin, admin_on
from tests.support.stage import Stage, calling

NOWHERE = "ord_" + "x" * 24


@pytest.fixture
def admin(stage: Stage, tmp_path: Path) -> Admin:
    return admin_on(stage, tmp_path)


def an_order_of_other_keys(stage: Stage) -> str:
    """Have an order whose session Stripe does not know, swept until nobody asks any more."""
    order = stage.buys().order
    stage.control("POST", "reset")
    stage.works(2 * DAY / SECOND, every=7_200)
    return order


def an_event_that_fails(stage: Stage) -> tuple[str, str]:
    bought = stage.buys()
    stage.pays(bought)
    event = stage.delivers("checkout.session.completed")[0]["id"]
    stage.parts.database.write(
        lambda c: c.execute(
            inbox_events.update()
            .where(inbox_events.c.id == event)
            .values(state="quarantined", last_error="KeyError", applied_at=None)
        )
    )
    return event, bought.order


def test_nothing_in_quarantine_is_said_so(admin: Admin) -> None:
    assert admin.text("quarantine", "list") == "Nothing is in quarantine.\n"
    assert admin.json("quarantine", "list") == {"data": []}


def test_an_order_that_stripe_does_not_know_is_named_and_looked_up_again(admin: Admin) -> None:
    stage = admin.stage
    order = an_order_of_other_keys(stage)

    listed = admin.text("quarantine", "list")
    (told,) = admin.json("quarantine", "list")["data"]

    assert "keys of another account" in listed
    assert "flask quarantine retry" in listed
    assert (told["kind"], told["id"], told["reason"]) == ("order", order, "resource_missing")
    assert f"flask quarantine retry {order}" in admin.text("orders", "explain", order)
    assert "keys of another account" in admin.text("orders", "show", order)

    stage.forget_calls()
    assert admin.text("quarantine", "retry", order) == f"{order}  looked up at the next sweep\n"
    assert admin.json("quarantine", "list") == {"data": []}
    stage.sweeps()
    assert len(stage.reads("/v1/checkout/sessions/cs_")) == 1


def test_an_event_that_failed_is_merged_at_once(admin: Admin) -> None:
    event, order = an_event_that_fails(admin.stage)
    (told,) = admin.json("quarantine", "list")["data"]

    tried = admin.text("quarantine", "retry", event)

    assert (told["kind"], told["reason"]) == ("event", "checkout.session.completed: KeyError")
    assert tried == f"{event}  applied\n"
    assert admin.json("quarantine", "list") == {"data": []}
    assert admin.stage.order(order)["status"] == "paid"


def test_a_refund_nobody_knows_the_end_of_is_looked_for_once_more(admin: Admin) -> None:
    stage = admin.stage
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    mend = stage.cuts(calling("POST", "/v1/refunds", moment="before"), times=None)
    listing = stage.cuts(calling("GET", "/v1/refunds"), times=None)
    assert admin.run("orders", "refund", bought.order).exit_code == 75
    stage.works(20 * DAY / SECOND, every=43_200)
    mend()
    listing()

    (told,) = admin.json("quarantine", "list")["data"]
    explained = admin.text("orders", "explain", bought.order)

    assert told["kind"] == "money_write"
    assert told["reason"].startswith("refund: ")
    assert "A refund of 25.00 USD was asked of Stripe, its outcome was not found" in explained
    assert f"flask quarantine retry {told['id']}" in explained
    assert "finished at the next sweep" in admin.text("quarantine", "retry", told["id"])
    stage.advance(600)
    stage.sweeps()
    assert stage.order(bought)["status"] == "refunded"
    assert len(stage.stripe("GET", "/v1/refunds")["data"]) == 1


def test_what_is_not_in_quarantine_is_refused_and_the_rest_is_tried(admin: Admin) -> None:
    order = an_order_of_other_keys(admin.stage)

    result = admin.run("quarantine", "retry", NOWHERE, order, order, "\x1b[31m")

    assert result.exit_code == 1
    assert result.stdout == f"{order}  looked up at the next sweep\n"
    assert f"{NOWHERE}  not in quarantine" in result.stderr
    assert "\x1b" not in result.stderr
    assert "2 of 3 could not be tried again." in result.stderr


@pytest.mark.parametrize("command", [["retry"], ["list", "--limit", "0"], ["free", "ord_1"]])
def test_wrong_input_is_told_from_a_refusal(admin: Admin, command: list[str]) -> None:
    assert admin.run("quarantine", *command).exit_code == 2
