"""A card that is described over the API, and bodies that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import CARD
from tests.sandbox.nearby import Json, Nearby

KEY = {"Authorization": "Bearer sk_test_1"}


def card(**more: Any) -> Json:
    return {"type": "card", "card": {"number": CARD, "exp_month": 7, "exp_year": 2031, **more}}


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"exp_year": 2020}, "invalid_expiry_year", "exp_year"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
    ],
)
def test_a_card_that_cannot_be_is_refused(near: Nearby, wrong: Json, code: str, param: str) -> None:
    assert near.refused("POST", "payment_methods", **card(**wrong)) == (code, param)
    intent = near.do("POST", "payment_intents", amount=900, currency="usd")["id"]
    data = card(**wrong)
    told = near.refused("POST", f"payment_intents/{intent}", payment_method_data=data)
    assert told == (code, param)


def test_a_method_has_the_details_of_its_type_alone(near: Nearby) -> None:
    told = near.refused(
        "POST", "payment_methods", **card(), us_bank_account={"account_number": "0"}
    )

    assert told == (None, "us_bank_account")


def test_a_card_and_its_charge_show_the_expiry_that_was_given(near: Nearby) -> None:
    kept = near.do("POST", "payment_methods", **card())
    paid = near.do(
        "POST", "payment_intents", amount=900, currency="usd", confirm=True,
        payment_method=kept["id"], expand=["latest_charge"],
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    )  # fmt: skip

    shown = paid["latest_charge"]["payment_method_details"]["card"]
    for one in (kept["card"], shown):
        assert (one["exp_month"], one["exp_year"]) == (7, 2031)


def sent(near: Nearby, path: str, body: bytes, kind: str) -> int:
    asked = near.app.test_client().post(f"/v1/{path}", data=body, content_type=kind, headers=KEY)
    return int(asked.status_code)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=b"])
@pytest.mark.parametrize(
    "body",
    [b'{"amount_to_capture": 500}', b'--b\r\nContent-Disposition: form-data; name="amount_t'],
)
def test_a_body_in_parts_that_cannot_be_read_captures_nothing(
    near: Nearby, kind: str, body: bytes
) -> None:
    held = near.do(
        "POST", "payment_intents", amount=900, currency="usd", confirm=True,
        payment_method="pm_card_visa", capture_method="manual",
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    )["id"]  # fmt: skip

    assert sent(near, f"payment_intents/{held}/capture", body, kind) == 400
    assert near.do("GET", f"payment_intents/{held}")["status"] == "requires_capture"


def test_a_body_in_parts_is_read(near: Nearby) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n--b--\r\n'

    assert sent(near, "customers", body, "multipart/form-data; boundary=b") == 200


@pytest.mark.parametrize("body", [b"name=%FF", b"name=\xff", b"name=a%00b", b"n%00ame=a"])
def test_what_is_no_text_is_refused(near: Nearby, body: bytes) -> None:
    assert sent(near, "customers", body, "application/x-www-form-urlencoded") == 400


def test_a_path_has_no_empty_part(near: Nearby) -> None:
    answer = near.app.test_client().get("/v1//customers", headers=KEY)

    assert answer.status_code == 404
