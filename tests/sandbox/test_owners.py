"""A way to pay that a customer keeps pays for that customer alone, at every door."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import session_params
from tests.sandbox.nearby import Json, Nearby


@pytest.fixture
def people(near: Nearby) -> tuple[str, str, str]:
    """Return Ada's customer id, her card, and Bob's customer id."""
    ada, bob = near.do("POST", "customers")["id"], near.do("POST", "customers")["id"]
    card = near.do("POST", "payment_methods/pm_card_visa/attach", customer=ada)["id"]
    return ada, card, bob


def refusal(near: Nearby, path: str, **params: Any) -> Json:
    status, body = near.ask("POST", path, **params)
    assert status == 400, body
    error: Json = body["error"]
    return error


MONEY: Json = {
    "amount": 1500, "currency": "usd", "confirm": True,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}  # fmt: skip


@pytest.mark.parametrize("path", ["payment_intents", "setup_intents"])
def test_an_intent_of_another_customer_or_of_none_is_refused(
    near: Nearby, people: tuple[str, str, str], path: str
) -> None:
    ada, card, bob = people
    params = MONEY if path == "payment_intents" else {"confirm": True}

    others = refusal(near, path, **params, customer=bob, payment_method=card)
    nobodys = refusal(near, path, **params, payment_method=card)

    assert others["param"] == nobodys["param"] == "payment_method"
    assert others["message"].startswith(
        f"The PaymentMethod {card} does not belong to the Customer you supplied {bob}."
    )
    assert f"belongs to the Customer {ada}. Please include the Customer" in nobodys["message"]
    assert near.do("POST", path, **params, customer=ada, payment_method=card)["customer"] == ada


@pytest.mark.parametrize("path", ["payment_intents", "setup_intents"])
def test_no_later_call_brings_another_customers_card_in(
    near: Nearby, people: tuple[str, str, str], path: str
) -> None:
    ada, card, bob = people
    money = {"amount": 1500, "currency": "usd"} if path == "payment_intents" else {}
    bobs = near.do("POST", path, **money, customer=bob)["id"]
    adas = near.do("POST", path, **money, customer=ada, payment_method=card)["id"]

    refusal(near, f"{path}/{bobs}", payment_method=card)
    refusal(near, f"{path}/{bobs}/confirm", payment_method=card)
    refusal(near, f"{path}/{adas}", customer=bob)

    assert near.do("GET", f"{path}/{bobs}")["payment_method"] is None
    assert near.do("GET", f"{path}/{adas}")["customer"] == ada


def test_nothing_is_collected_from_one_customer_by_anothers_card(
    near: Nearby, people: tuple[str, str, str]
) -> None:
    ada, card, bob = people
    price = near.do(
        "POST", "prices", currency="usd", unit_amount=1500, recurring={"interval": "month"},
        product_data={"name": "Paper"},
    )["id"]  # fmt: skip
    items = [{"price": price}]
    waiting = near.do(
        "POST", "subscriptions", customer=bob, items=items, payment_behavior="default_incomplete"
    )
    draft = near.do("POST", "invoices", customer=bob, auto_advance=False)["id"]
    settings = {"default_payment_method": card}
    asked: list[tuple[str, Json, str]] = [
        ("subscriptions", {"customer": bob, "items": items, **settings}, "default_payment_method"),
        (f"subscriptions/{waiting['id']}", settings, "default_payment_method"),
        (
            f"customers/{bob}",
            {"invoice_settings": settings},
            "invoice_settings[default_payment_method]",
        ),
        ("invoices", {"customer": bob, **settings}, "default_payment_method"),
        (f"invoices/{draft}", settings, "default_payment_method"),
        (f"invoices/{waiting['latest_invoice']}/pay", {"payment_method": card}, "payment_method"),
    ]

    for path, params, param in asked:
        error = refusal(near, path, **params)
        assert (path, error["code"], error["param"]) == (path, "resource_missing", param)
    assert near.refused("POST", "customers", payment_method=card) == (
        "payment_method_unexpected_state", None,
    )  # fmt: skip
    assert near.do("GET", f"payment_methods/{card}")["customer"] == ada


def test_a_session_is_not_paid_by_anothers_card(near: Nearby, people: tuple[str, str, str]) -> None:
    _, card, bob = people
    params: Any = session_params(customer=bob)
    session = near.do("POST", "checkout/sessions", **params)["id"]

    answer = near.app.test_client().post(
        f"/_sandbox/checkout/sessions/{session}/pay", json={"payment_method": card}
    )

    assert answer.status_code == 400
    assert "does not belong to the Customer you supplied" in answer.get_json()["error"]["message"]
