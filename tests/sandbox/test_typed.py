"""A form that no browser would send off is refused by the hosted page, and nothing is paid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import CARD, session_params
from tests.sandbox.nearby import Json, Nearby

ASKS: Json = {
    "phone_number_collection": {"enabled": True},
    "billing_address_collection": "required",
    "shipping_address_collection": {"allowed_countries": ["DE"]},
    "consent_collection": {"terms_of_service": "required"},
    "custom_fields": [
        {"key": "n", "type": "numeric", "label": {"type": "custom", "custom": "n"}},
        {"key": "t", "type": "text", "label": {"type": "custom", "custom": "t"},
         "text": {"minimum_length": 3, "maximum_length": 5}},
        {"key": "d", "type": "dropdown", "label": {"type": "custom", "custom": "d"},
         "dropdown": {"options": [{"label": "A", "value": "a"}]}},
    ],
}  # fmt: skip
HOME = {"line1": "Am Kanal 3", "city": "Ulm", "postal_code": "01234", "country": "DE"}
GOOD: dict[str, str] = {
    "email": "ada@example.com", "method": "card", "number": CARD, "expiry": "12 / 40",
    "phone": "+4922155501", "terms": "1", "shipping-name": "Ada",
    "field-n": "12", "field-t": "abc", "field-d": "a",
    **{f"shipping-{line}": text for line, text in HOME.items()},
    **{f"billing-{line}": text for line, text in HOME.items()},
}  # fmt: skip
WRONG = {
    "email": ("", "zz", "a" * 100_000 + "@b.test"),
    "method": ("zz", "sepa_debit", "pm_1"),
    "action": ("zz",),
    "number": ("pm_card_visa", ""),
    "phone": ("", " "),
    "terms": ("",),
    "field-n": ("", "abc", "1.5"),
    "field-t": ("", "ab", "abcdef"),
    "field-d": ("", "zzz"),
    "shipping-name": ("",),
    "shipping-line1": ("",),
    "billing-city": ("",),
}


def a_session(near: Nearby, **more: Any) -> str:
    params: Any = session_params(**more)
    return str(near.do("POST", "checkout/sessions", **params)["id"])


def posted(near: Nearby, name: str, form: dict[str, str]) -> int:
    return int(near.app.test_client().post(f"/c/pay/{name}", data=form).status_code)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, ts in WRONG.items() for t in ts])
def test_the_page_refuses_what_its_form_would_not_send(near: Nearby, name: str, text: str) -> None:
    session = a_session(near, **ASKS)

    assert posted(near, session, GOOD | {name: text}) == 400
    assert near.do("GET", f"checkout/sessions/{session}")["status"] == "open"
    assert posted(near, session, GOOD) == 303


@pytest.mark.parametrize("many", ["-1", "x", "", "1e1", "3.5", "0", "6"])
def test_a_quantity_is_a_whole_number_within_its_bounds(near: Nearby, many: str) -> None:
    params: Any = session_params()
    params["line_items"][0]["adjustable_quantity"] = {
        "enabled": True, "minimum": 1, "maximum": 5,
    }  # fmt: skip
    session = near.do("POST", "checkout/sessions", **params)["id"]
    item = near.do("GET", f"checkout/sessions/{session}/line_items")["data"][0]["id"]

    assert posted(near, session, {"action": "items", f"quantity-{item}": many}) == 400


def test_a_control_call_is_still_given_what_it_does_not_say(near: Nearby) -> None:
    paid = near.control(f"checkout/sessions/{a_session(near, **ASKS)}/pay")

    assert paid["customer_details"]["email"] == "buyer@example.com"
