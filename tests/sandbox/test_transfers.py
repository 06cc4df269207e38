"""A bank transfer may come in parts: the payment tells of each, and has succeeded with the last."""

from __future__ import annotations

import pytest

from tests.sandbox.nearby import Json, Nearby


@pytest.fixture
def awaited(near: Nearby) -> Json:
    ways = {"automatic_payment_methods": {"enabled": True}, "return_url": "https://shop.test/"}
    method = {"payment_method_data": {"type": "customer_balance"}}
    asked = {"amount": 2000, "currency": "eur", "confirm": True, **ways, **method}
    return near.do("POST", "payment_intents", **asked)


def test_each_part_is_told_and_the_last_one_pays(near: Nearby, awaited: Json) -> None:
    name = awaited["id"]

    part = near.control(f"payment_intents/{name}/fund", amount=500)

    assert part["status"] == "requires_action"
    told = part["next_action"]["display_bank_transfer_instructions"]
    assert told["amount_remaining"] == 1500
    assert near.events()[-1] == "payment_intent.partially_funded"

    near.control(f"payment_intents/{name}/fund", amount=1500)

    paid = near.do("GET", f"payment_intents/{name}")
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 2000)
    assert near.events().count("payment_intent.partially_funded") == 1


@pytest.mark.parametrize("amount", [0, 2001, None])
def test_a_part_is_something_and_not_too_much(
    near: Nearby, awaited: Json, amount: int | None
) -> None:
    path = f"/_sandbox/payment_intents/{awaited['id']}/fund"

    answer = near.app.test_client().post(path, json={"amount": amount})

    assert answer.status_code == 400
    assert answer.get_json()["error"]["param"] == "amount"


def test_what_waits_for_no_transfer_gets_none(near: Nearby) -> None:
    intent = near.do("POST", "payment_intents", amount=2000, currency="eur")
    path = f"/_sandbox/payment_intents/{intent['id']}/fund"

    assert near.app.test_client().post(path, json={"amount": 1}).status_code == 400
