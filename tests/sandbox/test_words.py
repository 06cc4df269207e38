"""Codes, currencies and test numbers are Stripe's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import stripe

import stripe_sandbox
from stripe_sandbox import by_country
from tests.sandbox.nearby import Nearby

SOURCES = Path(stripe_sandbox.__file__).parent
# Seen in Stripe's answers or documentation, and not in the list that the SDK has.
ELSEWHERE = {
    "checkout_amount_mismatch", "more_permissions_required",
    "payment_method_types_no_longer_supported",
}  # fmt: skip
OUR_OWN = {"parameter_not_modelled"}


def test_no_error_has_a_code_that_stripe_does_not_have() -> None:
    known = (Path(stripe.__file__).parent / "_payment_intent.py").read_text("utf-8")
    said = {
        code
        for path in SOURCES.glob("*.py")
        for code in re.findall(r'\bcode="(\w+)"', path.read_text("utf-8"))
    }

    assert {code for code in said if f'"{code}"' not in known} == ELSEWHERE | OUR_OWN


def test_every_test_number_has_its_check_digits() -> None:
    for iban, _, _ in by_country.ibans():
        digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
        assert int(digits) % 97 == 1, iban
    for number in by_country.CARDS.values():
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(number[::-1])]
        assert sum(one // 10 + one % 10 for one in doubled) % 10 == 0, number


@pytest.mark.parametrize(
    ("token", "outcome"),
    [
        ("pm_sepaDebit_success_de", "succeeded"),
        ("pm_sepaDebit_disputed_nl", "succeeded"),
        ("pm_sepaDebit_insufficientFunds_fr", "requires_payment_method"),
    ],
)
def test_a_debit_of_any_country_has_its_fate(near: Nearby, token: str, outcome: str) -> None:
    asked = {"amount": 500, "currency": "eur", "payment_method": token, "confirm": True}
    intent = near.do("POST", "payment_intents", **asked)
    assert intent["status"] == "processing"

    near.control("clock", advance=200)

    settled = near.do("GET", f"payment_intents/{intent['id']}", expand=["latest_charge"])
    assert settled["status"] == outcome
    assert settled["latest_charge"]["disputed"] is ("disputed" in token)


def test_what_radar_blocks_never_reaches_the_bank(near: Nearby) -> None:
    asked = {"amount": 500, "currency": "usd", "payment_method": "pm_card_radarBlock"}

    status, body = near.ask("POST", "payment_intents", **asked, confirm=True)

    assert (status, body["error"]["code"]) == (402, "card_declined")
    outcome = near.do("GET", f"charges/{body['error']['charge']}")["outcome"]
    assert (outcome["type"], outcome["risk_level"]) == ("blocked", "highest")


def test_there_is_no_such_currency_and_no_such_method(near: Nearby) -> None:
    asked = {"amount": 500, "currency": "usd", "confirm": True}

    assert near.refused("POST", "payment_intents", **asked | {"currency": "zzz"})[1] == "currency"
    assert near.refused("POST", "payment_intents", **asked, payment_method="pm_nope") == (
        "resource_missing", "payment_method",
    )  # fmt: skip
