"""`flask orders`: what a person sees of an order, and what a person may do."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkout_service.domain.hold_advice import WHAT_TO_DO, WHY_HELD
from checkout_service.domain.status import Hold
from tests.cli.conftest import Shop
from tests.cli.on_stage import admin_on
from tests.support.stage import Stage

NOWHERE = "ord_" + "x" * 24


def test_orders_are_listed_newest_first_for_people_and_for_machines(shop: Shop) -> None:
    first = shop.buys()
    second = shop.pays(shop.buys(2))

    table = shop.run("orders", "list").stdout.splitlines()
    listed = shop.json("orders", "list")

    assert table[0].split()[:3] == ["ORDER", "STATUS", "FULFILLED"]
    assert table[1].startswith(second.id)
    assert "50.00 USD" in table[1]
    assert [order["id"] for order in listed["data"]] == [second.id, first.id]
    assert listed["next_cursor"] is None


def test_a_listing_can_be_narrowed_and_goes_on_by_cursor(shop: Shop) -> None:
    orders = [shop.buys() for _ in range(3)]
    paid = shop.pays(orders[1])

    page = shop.json("orders", "list", "--limit", "2")
    rest = shop.json("orders", "list", "--cursor", page["next_cursor"])
    only_paid = shop.json("orders", "list", "--status", "paid")
    none = shop.json("orders", "list", "--created-after", "2999-01-01")

    assert len(page["data"]) == 2
    assert [order["id"] for order in rest["data"]] == [orders[0].id]
    assert [order["id"] for order in only_paid["data"]] == [paid.id]
    assert none["data"] == []


def test_one_order_is_shown_whole(shop: Shop) -> None:
    order = shop.pays(shop.buys())

    text = shop.run("orders", "show", order.id).stdout
    shown = shop.json("orders", "show", order.id)

    assert "1 x Poster at 25.00 USD" in text
    assert "pending > paid" in text
    assert shown["status"] == "paid"
    assert shown["attempts"][0]["won"] is True
    assert shown["trail"][0]["after"] == "paid"
    assert shown["trail"][0]["at"].endswith("Z")


def test_an_order_explains_itself(shop: Shop) -> None:
    order = shop.pays(shop.buys())
    shop.uc.deliver_outbox.deliver()

    text = shop.run("orders", "explain", order.id).stdout
    told = shop.json("orders", "explain", order.id)

    assert "Now paid. The money is here. It was fulfilled." in text
    what = [entry["what"] for entry in told["timeline"]]
    assert what[0] == "created"
    assert {"moved", "message", "delivered"} <= set(what)
    assert told["timeline"] == sorted(told["timeline"], key=lambda entry: entry["at"])


def test_a_waiting_order_says_what_may_be_done(shop: Shop) -> None:
    order = shop.buys()

    assert f"flask orders cancel {order.id}" in shop.run("orders", "explain", order.id).stdout


@pytest.mark.parametrize("hold", list(Hold))
def test_every_hold_has_a_sentence(hold: Hold) -> None:
    assert WHY_HELD[hold]
    assert WHAT_TO_DO[hold]


def test_a_refund_is_the_rest_unless_told_otherwise(shop: Shop) -> None:
    order = shop.pays(shop.buys(2))

    part = shop.json("orders", "refund", order.id, "--amount", "2000")
    rest = shop.run("orders", "refund", order.id)

    assert (part["amount"], part["currency"], part["order"]) == (2000, "usd", order.id)
    assert rest.exit_code == 0
    assert "30.00 USD" in rest.stdout
    assert shop.uc.read_orders.view(order.id).status == "refunded"


def test_a_refund_under_a_key_is_made_once(shop: Shop) -> None:
    order = shop.pays(shop.buys(2))
    command = ("orders", "refund", order.id, "--amount", "1000", "--key", "ticket-7")

    first, second = shop.json(*command), shop.json(*command)

    assert first["id"] == second["id"]
    assert shop.uc.read_orders.view(order.id).amount_refunded == 1000


def test_a_refund_that_cannot_be_is_refused_with_its_reason(shop: Shop) -> None:
    unpaid, paid = shop.buys(), shop.pays(shop.buys())

    nothing = shop.run("orders", "refund", unpaid.id)
    too_much = shop.run("orders", "refund", paid.id, "--amount", "2501")

    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "no payment on this order" in nothing.stderr
    assert too_much.exit_code == 1
    assert "25.00 USD" in too_much.stderr


def test_an_order_is_canceled_at_stripe_too(shop: Shop) -> None:
    order = shop.buys()

    canceled = shop.json("orders", "cancel", order.id)

    assert canceled["status"] == "canceled"
    assert shop.json("orders", "show", order.id)["attempts"][0]["status"] == "expired"


def test_a_paid_order_is_not_canceled(shop: Shop) -> None:
    order = shop.pays(shop.buys())

    result = shop.run("orders", "cancel", order.id)

    assert result.exit_code == 1
    assert "paid already" in result.stderr


def test_a_hold_is_released_by_a_named_person(shop: Shop) -> None:
    order = shop.buys()
    session = order.checkout_session
    alter = {"path": "/v1/checkout/sessions/", "fields": {"amount_total": 1}}
    shop.sandbox.call("PUT", "faults", {"alter": alter})
    held = shop.pays(order)
    shop.sandbox.call("DELETE", "faults")
    assert held.holds == ("amount_mismatch",), session
    assert "flask orders release" in shop.run("orders", "explain", order.id).stdout

    released = shop.json("orders", "release", order.id, "amount_mismatch", "--by", "Kim")

    assert (released["holds"], released["fulfilled"]) == ([], True)
    trail = shop.json("orders", "show", order.id)["trail"]
    assert any("Kim" in str(step["reason"]) for step in trail)


def test_a_hold_that_is_not_there_is_refused(shop: Shop) -> None:
    order = shop.pays(shop.buys())

    assert shop.run("orders", "release", order.id, "wrong_link").exit_code == 1
    assert shop.run("orders", "release", order.id, "no_such_word").exit_code == 2


@pytest.mark.parametrize("command", ["show", "explain", "refund", "cancel"])
@pytest.mark.parametrize("order_id", [NOWHERE, "ord_1", "'; drop", "\x1b[31m"])
def test_an_unknown_order_is_refused_alike(shop: Shop, command: str, order_id: str) -> None:
    result = shop.run("orders", command, order_id)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: There is nothing here by that id.")


@pytest.mark.parametrize(
    "options", [["--limit", "0"], ["--limit", "101"], ["--status", "odd"], ["--cursor", "odd"],
                ["--created-after", "soon"]],
)  # fmt: skip
def test_wrong_input_is_told_from_a_refusal(shop: Shop, options: list[str]) -> None:
    assert shop.run("orders", "list", *options).exit_code == 2


def test_a_silent_stripe_says_try_again_later(shop: Shop) -> None:
    order = shop.buys()
    down = {"method": "POST", "path": "/v1/checkout/sessions", "kind": "error_500"}
    shop.sandbox.call("PUT", "faults", {"api": [down | {"probability": 1}]})

    result = shop.run("orders", "cancel", order.id)

    shop.sandbox.call("DELETE", "faults")
    assert result.exit_code == 75


def test_the_answer_is_alone_on_stdout(shop: Shop) -> None:
    """The log of what a command does goes to stderr, so that a pipe gets JSON and nothing else."""
    order = shop.pays(shop.buys())

    result = shop.run("orders", "refund", order.id, "--json")

    assert result.stdout.startswith("{")
    assert "order.moved" in result.stderr


def test_held_money_is_taken_or_let_go(tmp_path: Path) -> None:
    with Stage() as stage:
        admin = admin_on(stage, tmp_path)
        taken, gone = (stage.prices(5000, "payment_intent", capture="manual") for _ in range(2))
        for bought in (taken, gone):
            stage.pays(bought)
        stage.delivers()
        told = admin.text("orders", "explain", taken.order)
        command = ("orders", "capture", taken.order, "--amount", "3000", "--key", "T-7")

        part, again = admin.json(*command), admin.json(*command)
        void = admin.json("orders", "void", gone.order)
        late = admin.run("orders", "capture", gone.order)

        assert f"flask orders capture {taken.order}" in told
        assert "50.00 USD is held" in told
        assert (part["status"], part["amount_paid"]) == ("paid", 3000)
        assert again == part
        assert void["status"] == "canceled"
        assert (late.exit_code, late.stdout) == (1, "")
        assert "canceled" in late.stderr
