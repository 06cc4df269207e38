"""Doors that whole tools come through: accounts, balances, catalogs that change, kept methods."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby
from tests.support import sandbox_expandable
from tests.support.stripe_spec import nulls_in

PAID = {"amount": 1500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
PRICE = {"currency": "usd", "unit_amount": 1200}


def test_a_tool_finds_the_account_behind_its_key(near: Nearby) -> None:
    account = near.do("GET", "account")

    assert account["id"].startswith("acct_")
    assert account["charges_enabled"] is True


def test_every_movement_of_money_is_booked_and_found(near: Nearby) -> None:
    intent = near.do("POST", "payment_intents", **PAID, expand=["latest_charge"])
    refund = near.do("POST", "refunds", payment_intent=intent["id"], amount=200)
    near.control(f"refunds/{refund['id']}/fail")
    near.control(f"payment_intents/{intent['id']}/dispute", amount=300)

    found = near.do("GET", "balance_transactions")["data"]

    assert [(one["type"], one["net"]) for one in found[::-1]] == [
        ("charge", 1500), ("refund", -200), ("refund_failure", 200), ("adjustment", -300),
    ]  # fmt: skip
    assert near.do("GET", "balance")["available"][0]["amount"] == 1200
    charge = intent["latest_charge"]
    booked = near.do("GET", f"balance_transactions/{charge['balance_transaction']}")
    assert booked["source"] == charge["id"]


def test_money_that_is_held_is_booked_when_it_is_captured(near: Nearby) -> None:
    held = near.do("POST", "payment_intents", **PAID, capture_method="manual")["id"]
    assert near.do("GET", "balance_transactions")["data"] == []

    near.do("POST", f"payment_intents/{held}/capture", amount_to_capture=900)

    assert [t["amount"] for t in near.do("GET", "balance_transactions")["data"]] == [900]


def test_a_method_is_attached_found_and_detached(near: Nearby) -> None:
    customer = near.do("POST", "customers")["id"]
    method = near.do("POST", "payment_methods", type="card", card={"token": "tok_visa"})["id"]
    path = f"payment_methods/{method}"

    near.do("POST", f"{path}/attach", customer=customer)

    listed = near.do("GET", "payment_methods", customer=customer)["data"]
    assert [one["id"] for one in listed] == [method]
    assert near.do("GET", f"customers/{customer}/{path}")["id"] == method
    assert near.do("POST", f"{path}/detach")["customer"] is None
    assert near.refused("POST", f"{path}/detach")[0] == "payment_method_unexpected_state"
    assert near.events()[-2:] == ["payment_method.attached", "payment_method.detached"]


def test_a_catalog_is_changed_and_taken_down(near: Nearby) -> None:
    near.do("POST", "products", id="mug", name="Mug", default_price_data=PRICE)
    price = near.do("POST", "prices", product="mug", lookup_key="big", **PRICE)["id"]
    taken = near.refused("POST", "prices", product="mug", lookup_key="big", **PRICE)
    assert taken == (None, "lookup_key")

    near.do("POST", "products/mug", name="Cup", images=["https://shop.test/cup.png"])
    near.do("POST", f"prices/{price}", active=False, nickname="Old")

    assert near.do("GET", "products", ids=["mug"])["data"][0]["name"] == "Cup"
    assert near.do("GET", "prices", lookup_keys=["big"], active=False)["data"][0]["id"] == price
    assert near.refused("POST", "checkout/sessions", **selling(price))[1] == "line_items[0][price]"
    assert near.refused("DELETE", "products/mug") == (None, None)
    near.do("POST", "products", id="cap", name="Cap")
    assert near.do("DELETE", "products/cap")["deleted"] is True
    assert near.refused("GET", "products/cap")[0] == "resource_missing"


def selling(price: str) -> Any:
    line = {"price": price, "quantity": 1}
    return {"mode": "payment", "line_items": [line], "success_url": "https://shop.test/done"}


def test_a_coupon_and_a_product_may_have_one_name(near: Nearby) -> None:
    near.do("POST", "products", id="summer", name="Hat")
    near.do("POST", "coupons", id="summer", percent_off=10)

    assert near.refused("POST", "coupons", id="summer", percent_off=20) == (
        "resource_already_exists", "id",
    )  # fmt: skip
    assert near.do("GET", "products/summer")["name"] == "Hat"
    near.do("POST", "coupons/summer", name="Sun")
    near.do("DELETE", "coupons/summer")
    assert near.do("GET", "products/summer")["name"] == "Hat"
    assert near.refused("GET", "coupons/summer")[0] == "resource_missing"


def test_a_customer_who_was_deleted_is_shown_as_deleted(near: Nearby) -> None:
    customer = near.do("POST", "customers", email="ada@shop.test", payment_method="pm_card_visa")
    intent = near.do("POST", "payment_intents", **PAID, customer=customer["id"])["id"]
    gone = {"id": customer["id"], "object": "customer", "deleted": True}

    assert near.do("DELETE", f"customers/{customer['id']}") == gone

    assert near.do("GET", f"customers/{customer['id']}") == gone
    assert near.do("GET", f"payment_intents/{intent}", expand=["customer"])["customer"] == gone
    assert near.do("GET", "customers")["data"] == []
    assert {one["customer"] for one in near.do("GET", "payment_methods")["data"]} == {None}
    refusal = near.refused("POST", "payment_intents", **PAID, customer=customer["id"])
    assert refusal == ("resource_missing", "customer")
    assert near.refused("POST", f"customers/{customer['id']}", name="Ada")[0] == "resource_missing"


def test_the_portal_has_a_page_that_leads_back(near: Nearby) -> None:
    customer = near.do("POST", "customers")["id"]
    asked = {"customer": customer, "return_url": "https://shop.test/account"}
    portal = near.do("POST", "billing_portal/sessions", **asked)

    page = near.page(f"/p/session/{portal['id']}")

    assert customer in page.text
    assert "https://shop.test/account" in page.text


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_told_as_stripe_tells_it(near: Nearby, method: str) -> None:
    status, body = near.ask(method, "treasury/nothing", filter={"deep": ["x"]})

    assert status == 404
    assert body["error"]["type"] == "invalid_request_error"
    assert body["error"]["message"].startswith(
        f"Unrecognized request URL ({method}: /v1/treasury/nothing). If you are trying to list"
    )


def test_the_table_of_expandable_fields_is_what_the_sdk_says() -> None:
    """Mend it with `python -m tests.support.sandbox_expandable`."""
    assert sandbox_expandable.TABLE.read_text("utf-8") == sandbox_expandable.text()


def test_only_what_stripe_expands_is_expanded(near: Nearby) -> None:
    intent = near.do("POST", "payment_intents", **PAID)
    path = f"payment_intents/{intent['id']}"

    whole = near.do("GET", path, expand=["latest_charge.balance_transaction", "payment_method"])

    assert whole["latest_charge"]["balance_transaction"]["amount"] == 1500
    assert whole["payment_method"]["object"] == "payment_method"
    for field in ("status", "metadata", "latest_charge.amount", "nothing"):
        assert near.refused("GET", path, expand=[field]) == (None, "expand")
    customer = near.do("POST", "customers")["id"]
    refusal = near.refused("GET", f"customers/{customer}", expand=["cash_balance"])
    assert refusal == ("parameter_not_modelled", "expand[cash_balance]")


def test_what_is_never_null_is_found_when_it_is() -> None:
    charge = {"object": "charge", "outcome": {"rule": None}, "amount": 5}

    assert nulls_in({"data": [charge]}) == ["data: charge.outcome.rule is null, which it never is"]
    assert nulls_in({"object": "charge", "amount": 5, "description": None}) == []


def test_a_shipping_rate_shows_its_currencies_when_asked_to(near: Nearby) -> None:
    fixed = {"amount": 300, "currency": "usd"}
    rate = near.do("POST", "shipping_rates", display_name="Post", fixed_amount=fixed)
    field = "fixed_amount.currency_options"

    whole = near.do("GET", f"shipping_rates/{rate['id']}", expand=[field])
    listed = near.do("GET", "shipping_rates", expand=[f"data.{field}"])["data"]

    assert rate["fixed_amount"] == fixed
    own = {"usd": {"amount": 300, "tax_behavior": "unspecified"}}
    assert whole["fixed_amount"] == fixed | {"currency_options": own}
    assert listed == [whole]
