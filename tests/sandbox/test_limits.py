"""What Stripe limits is limited: texts, lists, and what goes with `confirm` alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.nearby import Nearby
from tests.support import stripe_spec

INTENT: Any = {"amount": 500, "currency": "usd"}
PRICE: Any = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}
SESSION: Any = {
    "mode": "payment", "success_url": "https://shop.test/done",
    "line_items": [{"quantity": 1, "price_data": PRICE}],
}  # fmt: skip
SETTING_UP: Any = {"payment_method": "pm_card_visa"}


def said(near: Nearby, path: str, **params: Any) -> tuple[str, str]:
    """Call the API, which is to say no; return the parameter and the sentence."""
    status, body = near.ask("POST", path, **params)
    assert status == 400, body
    return body["error"].get("param"), body["error"]["message"]


def test_both_tables_are_of_what_is_served() -> None:
    """Mend it with `python -m tests.support.stripe_spec spec3.json`."""
    known = json.loads(stripe_spec.KEPT.read_text("utf-8"))
    limits = json.loads(stripe_spec.LIMITS.read_text("utf-8"))

    assert [*known["parameters"]] == stripe_spec.routes()
    assert [*known["never_null"]] == sorted(stripe_spec.kinds())
    assert [*limits] == [route for route in stripe_spec.routes() if route in limits]
    assert limits["POST /v1/payment_intents"]["longest"]["statement_descriptor"] == 22


@pytest.mark.parametrize(
    "said_too_early",
    [
        {"error_on_requires_action": True},
        {"mandate_data": {"customer_acceptance": {"type": "offline"}}},
        {"off_session": True},
        {"return_url": "https://shop.test/back"},
        {"return_url": "https://shop.test/back", "confirm": False},
    ],
)
def test_what_goes_with_confirm_alone_is_refused_without(
    near: Nearby, said_too_early: dict[str, Any]
) -> None:
    name = next(iter(said_too_early))

    assert said(near, "payment_intents", **INTENT, **said_too_early) == (
        name,
        (
            f"The parameter {name} cannot be passed when creating a PaymentIntent unless confirm "
            "is set to true."
        ),
    )


def test_a_setup_intent_is_told_where_to_go_back_when_it_is_confirmed(near: Nearby) -> None:
    back = {"return_url": "https://shop.test/back"}
    assert said(near, "setup_intents", **SETTING_UP, **back)[0] == "return_url"

    done = near.do("POST", "setup_intents", **SETTING_UP, **back, confirm=True)
    assert done["status"] == "succeeded"


@pytest.mark.parametrize(
    ("path", "params", "where", "most"),
    [
        ("payment_intents", INTENT | {"description": "d" * 1001}, "description", 1000),
        ("coupons", {"percent_off": 5, "duration": "once", "name": "n" * 41}, "name", 40),
        ("customers", {"name": "n" * 257}, "name", 256),
        ("customers", {"address": {"city": "c" * 5001}}, "address[city]", 5000),
        ("customers", {"email": f"{'e' * 504}@shop.test"}, "email", 512),
        ("products", {"name": "n" * 5001}, "name", 5000),
        ("products", {"name": "Tea", "unit_label": "u" * 13}, "unit_label", 12),
        ("checkout/sessions", SESSION | {"client_reference_id": "c" * 201},
         "client_reference_id", 200),
        ("checkout/sessions", SESSION | {"custom_fields": [
            {"key": "k", "type": "text", "label": {"type": "custom", "custom": "l" * 51}}]},
         "custom_fields[0][label][custom]", 50),
    ],
)  # fmt: skip
def test_a_text_has_no_more_characters_than_stripe_takes(
    near: Nearby, path: str, params: dict[str, Any], where: str, most: int
) -> None:
    param, sentence = said(near, path, **params)

    assert param == where
    assert sentence.startswith("Invalid string: ")
    assert sentence.endswith(f"; must be at most {most} characters")


def test_a_text_of_just_that_length_is_taken(near: Nearby) -> None:
    assert near.do("POST", "payment_intents", **INTENT, description="d" * 1000)["description"]


def test_a_statement_descriptor_has_its_own_sentence(near: Nearby) -> None:
    assert said(near, "payment_intents", **INTENT, statement_descriptor="A" * 23) == (
        "statement_descriptor",
        (
            f"The statement descriptor must be at most 22 characters. {'A' * 23} is 23 "
            "characters long."
        ),
    )


@pytest.mark.parametrize(
    ("path", "params", "where"),
    [
        ("checkout/sessions", SESSION | {"line_items": SESSION["line_items"] * 101}, "line_items"),
        ("products", {"name": "Tea", "images": ["https://shop.test/a.png"] * 9}, "images"),
    ],
)
def test_a_list_has_no_more_items_than_stripe_takes(
    near: Nearby, path: str, params: dict[str, Any], where: str
) -> None:
    assert said(near, path, **params)[0] == where


def test_evidence_is_limited_as_a_whole_too(near: Nearby) -> None:
    paid = near.do(
        "POST", "payment_intents", **INTENT, payment_method="pm_card_createDispute", confirm=True,
        return_url="https://shop.test/back",
    )  # fmt: skip
    dispute = near.do("GET", "disputes", payment_intent=paid["id"])["data"][0]["id"]
    long = (
        "access_activity_log", "cancellation_policy_disclosure", "cancellation_rebuttal",
        "duplicate_charge_explanation", "product_description", "refund_policy_disclosure",
        "refund_refusal_explanation", "uncategorized_text",
    )  # fmt: skip

    assert said(near, f"disputes/{dispute}", evidence=dict.fromkeys(long, "e" * 20000)) == (
        "evidence",
        "A maximum of 150000 characters of evidence are supported.",
    )
