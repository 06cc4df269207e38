"""`flask events` and `flask messages`: what came in, what went out, and once more."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import text

from checkout_service.cli.printing import cell
from tests.cli.conftest import Shop
from tests.support.merchant import Says


def took_in_all_events(shop: Shop) -> None:
    shop.uc.sweep.sweep()


def test_events_are_listed_and_shown(shop: Shop) -> None:
    order = shop.pays(shop.buys())
    took_in_all_events(shop)

    listed = shop.json("events", "list", "--order", order.id, "--state", "applied")
    (completed,) = [e for e in listed["data"] if e["type"] == "checkout.session.completed"]
    shown = shop.json("events", "show", completed["id"])

    assert completed["order_id"] == order.id
    assert completed["source"] == "sweep"
    assert shown["body"]["id"] == completed["id"]
    assert shown["received_at"].endswith("Z")
    assert completed["id"] in shop.run("events", "list").stdout
    assert "checkout.session.completed" in shop.run("events", "show", completed["id"]).stdout


def test_a_replayed_event_changes_nothing_that_was_known(shop: Shop) -> None:
    order = shop.pays(shop.buys())
    took_in_all_events(shop)
    before = shop.json("orders", "show", order.id)
    ids = [event["id"] for event in shop.json("events", "list", "--order", order.id)["data"]]

    result = shop.run("events", "replay", *ids)

    assert result.exit_code == 0
    assert result.stdout.count("applied") == len(ids)
    after = shop.json("orders", "show", order.id)
    assert after["trail"] == before["trail"]
    assert len(shop.json("messages", "list", "--order", order.id)["data"]) == 1


def test_a_quarantined_event_is_applied_by_replay(shop: Shop) -> None:
    order = shop.pays(shop.buys())
    took_in_all_events(shop)
    with shop.engine.begin() as connection:
        connection.execute(
            text("UPDATE inbox_events SET state = 'quarantined' WHERE order_id = :id"),
            {"id": order.id},
        )
    assert "flask events replay" in shop.run("orders", "explain", order.id).stdout
    ids = [e["id"] for e in shop.json("events", "list", "--state", "quarantined")["data"]]

    assert shop.run("events", "replay", *ids).exit_code == 0

    assert shop.json("events", "list", "--state", "quarantined")["data"] == []


def test_an_unknown_event_is_refused(shop: Shop) -> None:
    assert shop.run("events", "show", "evt_unknown").exit_code == 1
    result = shop.run("events", "replay", "evt_unknown")
    assert (result.exit_code, result.stdout) == (1, "")


def test_messages_are_listed_shown_and_replayed(shop: Shop) -> None:
    order = shop.pays(shop.buys())
    shop.uc.deliver_outbox.deliver()

    listed = shop.json("messages", "list", "--state", "delivered")
    (message,) = listed["data"]
    shown = shop.json("messages", "show", message["id"])
    replayed = shop.run("messages", "replay", message["id"])
    shop.uc.deliver_outbox.deliver()

    assert listed["receiver"] == "well"
    assert (message["kind"], message["order_id"]) == ("order.paid", order.id)
    assert shown["body"]["data"]["order"]["id"] == order.id
    assert replayed.exit_code == 0
    assert shop.merchant.ids == [message["id"]] * 2
    assert "order.paid" in shop.run("messages", "show", message["id"]).stdout


def test_a_receiver_that_said_gone_is_enabled_again(shop: Shop) -> None:
    shop.pays(shop.buys())
    shop.merchant.says(Says(410), Says())
    disabled = shop.json("deliver", "--once")

    enabled = shop.run("messages", "enable")
    again = shop.run("messages", "enable")

    assert disabled["receiver"] == "disabled"
    assert enabled.stdout.startswith("Enabled")
    assert "well" in again.stdout
    assert shop.json("deliver", "--once")["delivered"] == 1


def test_an_unknown_message_is_refused(shop: Shop) -> None:
    assert shop.run("messages", "show", "msg_unknown").exit_code == 1
    assert shop.run("messages", "replay", "msg_unknown").exit_code == 1


def test_what_came_from_outside_cannot_steer_the_terminal() -> None:
    assert cell("\x1b[2Jgone\r\nforged") == "\N{REPLACEMENT CHARACTER}[2Jgone" + (
        "\N{REPLACEMENT CHARACTER}" * 2 + "forged"
    )


def test_the_catalog_is_listed_with_amounts(shop: Shop) -> None:
    table = shop.run("catalog").stdout
    listed = shop.json("catalog")

    assert "25.00 USD" in table
    prices = {price["id"]: price for product in listed["data"] for price in product["prices"]}
    assert prices["poster-usd"]["unit_amount"] == 2500
    assert json.dumps(listed)


def test_a_sweep_sees_what_no_webhook_told(shop: Shop) -> None:
    order = shop.buys()
    body = {"payment_method": "4242424242424242"}
    shop.sandbox.call("POST", f"checkout/sessions/{order.checkout_session}/pay", body)

    report = shop.json("sweep", "--once")
    text_report = shop.run("sweep", "--once")

    assert report["events"] > 0
    assert shop.uc.read_orders.view(order.id).status == "paid"
    assert (text_report.exit_code, text_report.stdout[:9]) == (0, "Looked at")


def test_one_delivery_pass_tells_what_it_did(shop: Shop) -> None:
    shop.pays(shop.buys())
    shop.merchant.says(Says(500), Says())

    failed = shop.run("deliver", "--once")

    assert failed.exit_code == 0
    assert failed.stdout.startswith("Delivered 0, failed 1 (0 for good).")
    assert "failing" in failed.stdout


def test_without_an_address_messages_are_kept(make_shop: object) -> None:
    shop = make_shop(notify_url=None, notify_secret=())  # type: ignore[operator]
    shop.pays(shop.buys())

    result = shop.run("deliver", "--once")

    assert result.stdout == "NOTIFY_URL is not set: messages are kept.\n"
    assert shop.uc.read_messages.counts() == {"due": 1}


def test_what_was_kept_is_sent_from_a_day_on(make_shop: Callable[..., Shop]) -> None:
    deaf = make_shop(notify_url=None)
    order = deaf.pays(deaf.buys())
    shop = make_shop()
    assert shop.json("deliver", "--once")["delivered"] == 0
    (kept,) = shop.json("messages", "list", "--state", "kept")["data"]
    assert (kept["order_id"], kept["kind"]) == (order.id, "order.paid")

    later = shop.run("deliver", "--once", "--since", "2999-01-01")
    assert "0 kept messages" in later.stderr
    now = shop.run("deliver", "--once", "--since", "2020-01-01")

    assert "1 kept messages" in now.stderr
    assert "Delivered 1" in now.stdout
    assert [got.headers["webhook-id"] for got in shop.merchant.got] == [kept["id"]]
    assert shop.run("deliver", "--since", "yesterday").exit_code == 2
