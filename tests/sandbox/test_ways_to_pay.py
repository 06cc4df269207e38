"""What pays an intent is a method that is there, of a kind that the account has turned on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby

INTENT: Any = {"amount": 500, "currency": "usd"}
BACK = {"confirm": True, "return_url": "https://shop.test/back"}
CARD = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040}}
PROVIDED = "The payment method type provided: {} is invalid."


def said(near: Nearby, path: str, **params: Any) -> dict[str, Any]:
    """Call the API, which is to say no; return its error."""
    status, body = near.ask("POST", path, **params)
    assert status == 400, body
    error: dict[str, Any] = body["error"]
    return error


@pytest.mark.parametrize(
    "number", ["4242424242424242", "DE89370400440532013000", "cus_1", "boleto"]
)
@pytest.mark.parametrize("when", [{}, BACK])
def test_a_number_names_no_method(near: Nearby, number: str, when: dict[str, Any]) -> None:
    error = said(near, "payment_intents", **INTENT, **when, payment_method=number)

    assert (error["code"], error["param"]) == ("resource_missing", "payment_method")
    assert error["message"] == f"No such PaymentMethod: '{number}'"


def test_a_customer_is_given_no_number_either(near: Nearby) -> None:
    error = said(near, "customers", payment_method="4242424242424242")

    assert (error["code"], error["param"]) == ("resource_missing", "payment_method")


def test_a_number_that_comes_as_data_pays(near: Nearby) -> None:
    paid = near.do("POST", "payment_intents", **INTENT, **BACK, payment_method_data=CARD)

    assert paid["status"] == "succeeded"


@pytest.mark.parametrize("path", ["payment_intents", "setup_intents"])
@pytest.mark.parametrize("kind", ["foo", "ideal"])
def test_a_kind_that_is_not_turned_on_is_refused(near: Nearby, path: str, kind: str) -> None:
    asked = INTENT if path == "payment_intents" else {}
    error = said(near, path, **asked, payment_method_types=["card", kind])

    assert error["message"].startswith(PROVIDED.format(kind))
    assert error["param"] == "payment_method_types"


@pytest.mark.parametrize("path", ["payment_intents", "setup_intents"])
def test_methods_are_named_or_chosen_by_the_account(near: Nearby, path: str) -> None:
    asked = INTENT if path == "payment_intents" else {}
    named = {"payment_method_types": ["card"]}

    error = said(near, path, **asked, **named, automatic_payment_methods={"enabled": True})
    assert error["message"] == (
        "You cannot enable `automatic_payment_methods` and specify `payment_method_types`."
    )
    assert near.do("POST", path, **asked, **named)["automatic_payment_methods"] is None
    assert near.do("POST", path, **asked)["automatic_payment_methods"]["enabled"] is True


def test_who_confirms_by_hand_lets_the_account_choose_nothing(near: Nearby) -> None:
    error = said(
        near, "payment_intents", **INTENT, confirmation_method="manual",
        automatic_payment_methods={"enabled": True},
    )  # fmt: skip

    assert error["param"] == "automatic_payment_methods"
    assert "You may only specify one of these parameters" in error["message"]
