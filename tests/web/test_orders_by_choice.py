"""What the buyer of a backend's order may change, and orders that only save a way to pay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
TABLE = {"name": "Table", "unit_amount": 5000, "currency": "usd", "quantity": 1}
CHOICE = {"adjustable_quantity": {"minimum": 1, "maximum": 3}}


def create(stage: Stage, tmp_path: Path, **body: Any) -> TestResponse:
    client = app_on(stage, tmp_path, api_keys=KEY).test_client()
    headers = {"Authorization": f"Bearer {KEY}"}
    return client.post("/api/v1/orders", json=body, headers=headers)


def settled(stage: Stage, made: Any, **told: Any) -> Any:
    stage.pays(made["id"], **told)
    stage.delivers()
    stage.sweeps()
    return stage.order(made["order"]["id"])


def test_a_buyer_takes_more_and_the_order_says_what_was_bought(
    stage: Stage, tmp_path: Path
) -> None:
    poster = {"price": "poster-usd", "quantity": 2}
    made = create(stage, tmp_path, items=[TABLE | CHOICE, poster]).get_json()
    assert made["order"]["amount_total"] == 10_000

    order = settled(stage, made, quantities={"0": 3})

    assert (order["fulfilled"], order["amount_total"], order["amount_paid"]) == (
        True, 20_000, 20_000,
    )  # fmt: skip
    assert [(item["name"], item["quantity"], item["amount"]) for item in order["items"]] == [
        ("Table", 3, 15_000), ("Poster", 2, 5_000),
    ]  # fmt: skip
    (paid,) = stage.messages(made["order"]["id"], "order.paid")
    assert paid["body"]["data"]["order"]["items"] == order["items"]


def test_more_than_was_allowed_is_held_and_names_what_was(stage: Stage, tmp_path: Path) -> None:
    made = create(stage, tmp_path, items=[TABLE | CHOICE]).get_json()
    session = stage.side.world.store.get(made["id"], "checkout.session")
    assert session is not None
    session["_items"][0]["adjustable_quantity"]["maximum"] = 9

    order = settled(stage, made, quantities={"0": 4})

    assert (order["fulfilled"], order["amount_paid"]) == (False, 20_000)
    (hold,) = order["holds"] if isinstance(order["holds"][0], dict) else [order["holds"][0]]
    assert "amount_mismatch" in str(hold)


def test_an_item_may_be_added_by_its_price_at_stripe(stage: Stage, tmp_path: Path) -> None:
    price = stage.stripe(
        "POST", "/v1/prices", currency="usd", unit_amount=700, **{"product_data[name]": "Lamp"}
    )["id"]
    added = {"optional_items": [{"price": price, "quantity": 2}]}
    made = create(stage, tmp_path, items=[TABLE], session=added).get_json()

    order = settled(stage, made, optional_items={price: 2})

    assert order["fulfilled"]
    assert [(item["price"], item["name"], item["amount"]) for item in order["items"]] == [
        (None, "Table", 5000), (None, "Lamp", 1400),
    ]  # fmt: skip


def test_nothing_added_and_nothing_changed_is_the_cart(stage: Stage, tmp_path: Path) -> None:
    made = create(stage, tmp_path, items=[TABLE | CHOICE]).get_json()

    order = settled(stage, made)

    assert (order["fulfilled"], order["amount_paid"]) == (True, 5000)


def test_tax_may_be_inside_one_price_on_top_of_another_and_of_shipping(
    stage: Stage, tmp_path: Path
) -> None:
    rate = {
        "type": "fixed_amount", "display_name": "Post", "tax_behavior": "exclusive",
        "fixed_amount": {"amount": 500, "currency": "usd"},
    }  # fmt: skip
    session = {
        "automatic_tax": {"enabled": True},
        "shipping_options": [{"shipping_rate_data": rate}],
    }
    items = [
        TABLE | {"unit_amount": 1100, "tax_behavior": "inclusive"},
        TABLE | {"unit_amount": 1000, "tax_behavior": "exclusive"},
    ]
    made = create(stage, tmp_path, items=items, session=session).get_json()

    order = settled(stage, made)

    assert (order["fulfilled"], order["holds"]) == (True, [])
    assert (order["amount_total"], order["amount_tax"], order["amount_shipping"]) == (
        2100, 250, 500,
    )  # fmt: skip
    assert order["amount_paid"] == 1100 + 1100 + 550


def test_stripe_as_the_seller_adds_its_tax_and_no_more(stage: Stage, tmp_path: Path) -> None:
    managed = {"managed_payments": {"enabled": True}}
    made = create(stage, tmp_path, items=[TABLE], session=managed).get_json()

    order = settled(stage, made)

    assert (order["fulfilled"], order["amount_tax"], order["amount_paid"]) == (True, 500, 5500)


def test_another_currency_on_the_page_changes_nothing_that_is_compared(
    stage: Stage, tmp_path: Path
) -> None:
    adaptive = {"adaptive_pricing": {"enabled": True}}
    made = create(stage, tmp_path, items=[TABLE], session=adaptive).get_json()

    seen = {"presentment_amount": 4600, "presentment_currency": "eur"}
    order = settled(stage, made, presentment_details=seen)

    assert (order["fulfilled"], order["amount_paid"], order["currency"]) == (True, 5000, "usd")
    assert order["presentment"] == {"amount": 4600, "currency": "eur"}


def test_a_way_to_pay_is_saved_and_named(stage: Stage, tmp_path: Path) -> None:
    made = create(stage, tmp_path, mode="setup", currency="eur", items=[]).get_json()
    assert (made["order"]["amount_total"], made["order"]["items"]) == (0, [])

    order = settled(stage, made)

    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 0)
    assert order["customer"]["id"].startswith("cus_")
    kept = stage.stripe("GET", f"/v1/payment_methods/{order['payment_method']['id']}")
    assert kept["customer"] == order["customer"]["id"]
    (paid,) = stage.messages(made["order"]["id"], "order.paid")
    assert paid["body"]["data"]["order"]["payment_method"] == order["payment_method"]


def test_a_way_to_pay_is_saved_with_a_customer_of_the_merchants(
    stage: Stage, tmp_path: Path
) -> None:
    customer = stage.stripe("POST", "/v1/customers", email="ada@example.com")["id"]
    made = create(stage, tmp_path, mode="setup", currency="usd", customer=customer).get_json()

    assert settled(stage, made)["customer"]["id"] == customer


def test_nobody_who_leaves_has_saved_anything(stage: Stage, tmp_path: Path) -> None:
    made = create(stage, tmp_path, mode="setup", currency="usd").get_json()

    stage.control("POST", f"checkout/sessions/{made['id']}/expire")
    stage.delivers()

    assert stage.order(made["order"]["id"])["status"] == "expired"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [TABLE | {"name": ""}]}, "items.0.name"),
        ({"items": [TABLE | {"name": "Table\u202e"}]}, "items.0.name"),
        ({"items": [{"unit_amount": 1}]}, "items.0.name"),
        ({"items": [{"price": "poster-usd"}]}, "items.0.quantity"),
        ({"items": [{"price": "poster-usd", "quantity": 1, "name": "x"}]}, "items.0.name"),
        ({"items": [{"price": "no", "quantity": 1}]}, "items.0.price"),
        ({"items": [1]}, "items.0"),
        ({"items": [TABLE | {"quantity": 9} | CHOICE]}, "items.0.quantity"),
        ({"items": [TABLE | {"adjustable_quantity": {"minimum": 4, "maximum": 3}}]},
         "items.0.adjustable_quantity"),
        ({"items": [TABLE | {"adjustable_quantity": {"minimum": -1}}]},
         "items.0.adjustable_quantity.minimum"),
        ({"items": [TABLE], "currency": "usd"}, "currency"),
        ({"items": [TABLE], "mode": "subscription"}, "mode"),
        ({"items": [TABLE], "session": {"optional_items": [{"price": "price_no", "quantity": 1}]}},
         "session.optional_items.0.price"),
        ({"items": [TABLE],
          "session": {"optional_items": [{"price": "poster-usd", "quantity": 1}]}},
         "session.optional_items.0.price"),
        ({"mode": "setup"}, "currency"),
        ({"mode": "setup", "currency": "US"}, "currency"),
        ({"mode": "setup", "currency": "usd", "items": [TABLE]}, "items"),
        ({"mode": "setup", "currency": "usd", "capture": "manual"}, "capture"),
        ({"mode": "setup", "currency": "usd", "flow": "payment_intent"}, "items"),
        ({"mode": "setup", "currency": "usd", "session": {"submit_type": "book"}},
         "session.submit_type"),
    ],
)  # fmt: skip
def test_what_makes_no_order_is_named(
    stage: Stage, tmp_path: Path, body: dict[str, Any], where: str
) -> None:
    answer = create(stage, tmp_path, **body)

    assert where in locs(problem(answer, 422, "invalid_input"))
    assert not stage.writes("/v1/checkout/sessions")


def test_an_optional_item_of_another_currency_is_refused(stage: Stage, tmp_path: Path) -> None:
    price = stage.stripe(
        "POST", "/v1/prices", currency="eur", unit_amount=700, **{"product_data[name]": "Lamp"}
    )["id"]
    added = {"optional_items": [{"price": price, "quantity": 1}]}

    answer = create(stage, tmp_path, items=[TABLE], session=added)

    (fault,) = problem(answer, 422, "invalid_input")["errors"]
    assert fault["message"] == "one order has one currency, not usd and eur"
