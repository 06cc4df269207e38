"""The names of Stripe's testing page stand for cards, each with its own fate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby

BACK = "https://shop.test/back"


def pay(near: Nearby, method: str, **more: Any) -> dict[str, Any]:
    asked = {"amount": 500, "currency": "usd", "confirm": True, "return_url": BACK, **more}
    expand = ["latest_charge"]
    return near.ask("POST", "payment_intents", payment_method=method, expand=expand, **asked)[1]


@pytest.mark.parametrize(
    ("name", "last4"),
    [
        ("authenticationRequiredOnSetup", "3155"),
        ("authenticationRequired", "3184"),
        ("authenticationRequiredSetupForOffSession", "0446"),
        ("authenticationRequiredChargeDeclinedInsufficientFunds", "3178"),
        ("threeDSecure2Required", "3220"),
        ("threeDSecureRequired", "3063"),
        ("threeDSecureRequiredChargeDeclined", "1629"),
        ("threeDSecureRequiredProcessingError", "1280"),
    ],
)
def test_a_card_that_asks_its_bank_is_the_one_of_its_name(
    near: Nearby, name: str, last4: str
) -> None:
    intent = pay(near, f"pm_card_{name}")

    assert intent["status"] == "requires_action"
    kept = near.do("GET", f"payment_methods/{intent['payment_method']}")
    assert kept["card"]["last4"] == last4


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("cvcCheckFail", ("fail", None, None)),
        ("avsZipFail", ("pass", None, "fail")),
        ("avsLine1Fail", ("pass", "fail", None)),
        ("avsFail", ("pass", "fail", "fail")),
        ("avsUnchecked", ("pass", "unavailable", "unavailable")),
        ("us", ("pass", None, None)),
        ("threeDSecureOptionalProcessingError", ("pass", None, None)),
        ("amex_threeDSecureNotSupported", ("pass", None, None)),
        ("bypassPendingInternational", ("pass", None, None)),
    ],
)
def test_a_check_that_fails_is_shown_and_stops_nothing(
    near: Nearby, name: str, checks: tuple[str | None, ...]
) -> None:
    intent = pay(near, f"pm_card_{name}")

    assert intent["status"] == "succeeded"
    told = intent["latest_charge"]["payment_method_details"]["card"]["checks"]
    names = ("cvc_check", "address_line1_check", "address_postal_code_check")
    assert tuple(told[check] for check in names) == checks


def test_a_card_that_is_set_up_already_is_asked_only_while_its_owner_is_there(
    near: Nearby,
) -> None:
    name, owner = "pm_card_authenticationRequiredSetupForOffSession", near.do("POST", "customers")

    kept = near.do("POST", f"payment_methods/{name}/attach", customer=owner["id"])["id"]

    assert pay(near, kept, customer=owner["id"])["status"] == "requires_action"
    away = pay(near, kept, customer=owner["id"], off_session=True)
    assert away["status"] == "succeeded"


def test_a_method_that_left_its_customer_is_used_no_more(near: Nearby) -> None:
    owner = near.do("POST", "customers")["id"]
    kept = near.do("POST", "payment_methods/pm_card_visa/attach", customer=owner)["id"]
    near.do("POST", f"payment_methods/{kept}/detach")

    assert near.ask("POST", f"payment_methods/{kept}/attach", customer=owner)[0] == 400
    assert "may not be used again" in pay(near, kept)["error"]["message"]


def test_a_method_that_is_nobodys_pays_once(near: Nearby) -> None:
    card = {"token": "tok_visa"}
    kept = near.do("POST", "payment_methods", type="card", card=card)["id"]

    assert pay(near, kept)["status"] == "succeeded"
    assert "may not be used again" in pay(near, kept)["error"]["message"]
    owner = near.do("POST", "customers")["id"]
    assert near.ask("POST", f"payment_methods/{kept}/attach", customer=owner)[0] == 400
