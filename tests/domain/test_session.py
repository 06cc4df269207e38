"""What is handed through to Stripe's page: of its type, and nothing the service says itself."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from checkout_service.domain.session import adjustable_by, faults_of, fitting, laid_over, unfit
from checkout_service.domain.session.refused import OF_ONE_ORDER, REFUSED
from checkout_service.domain.session.shapes import parameters
from tests.support import session_parameters


def test_the_table_is_what_the_sdk_says() -> None:
    """Mend it with `python -m tests.support.session_parameters`."""
    assert session_parameters.TABLE.read_text("utf-8") == session_parameters.text()
    told = set(stripe.params.checkout.SessionCreateParams.__annotations__)
    assert told - set(stripe.RequestOptions.__annotations__) == {*parameters(), "expand"}
    assert len(parameters()) == 50


def test_nothing_is_refused_that_stripe_does_not_know() -> None:
    for path in {**REFUSED, **OF_ONE_ORDER}:
        shape: Any = {"fields": parameters()}
        for step in path.split("."):
            name = "card" if step == "*" else step
            shape = shape["map"] if "map" in shape else shape["fields"][name]


@pytest.mark.parametrize(
    ("session", "where", "why"),
    [
        ([], "s", "a table is needed"),
        ({"custom_texts": {}}, "s.custom_texts", "did you mean custom_text?"),
        ({"zzz": 1}, "s.zzz", "Stripe knows no such parameter"),
        ({"submit_type": "donat"}, "s.submit_type", "did you mean donate?"),
        ({"submit_type": ["donate"]}, "s.submit_type", "one of auto, book"),
        ({"allow_promotion_codes": "yes"}, "s.allow_promotion_codes", "true or false"),
        ({"payment_method_configuration": ""}, "s.payment_method_configuration", "a text"),
        ({"payment_intent_data": {"description": 7}}, "s.payment_intent_data.description", "text"),
        ({"payment_intent_data": None}, "s.payment_intent_data", "a table is needed"),
        ({"custom_fields": {}}, "s.custom_fields", "a list is needed"),
        ({"custom_fields": [{"key": "a"}]}, "s.custom_fields.0.label", "it is needed here"),
        ({"invoice_creation": {"enabled": 1}}, "s.invoice_creation.enabled", "true or false"),
        ({"metadata": {"a": 1}}, "s.metadata.a", "a text is needed"),
        ({"metadata": "a"}, "s.metadata", "a table is needed"),
        ({"line_items": []}, "s.line_items", "are agreed before"),
        ({"metadata": {"order_id": "x"}}, "s.metadata.order_id", "found by it"),
        ({"payment_intent_data": {"capture_method": "manual"}},
         "s.payment_intent_data.capture_method", '"capture": "manual"'),
        ({"payment_method_options": {"klarna": {"capture_method": "manual"}}},
         "s.payment_method_options.*.capture_method", '"capture": "manual"'),
        ({"discounts": [{"coupon": "c"}], "allow_promotion_codes": True},
         "s.discounts", "not both"),
        ({"managed_payments": {"enabled": True}, "automatic_tax": {"enabled": True}},
         "s.automatic_tax", "it is the seller"),
    ],
)  # fmt: skip
def test_what_cannot_be_handed_through_is_named(session: object, where: str, why: str) -> None:
    found = dict(faults_of(session, "s"))

    assert where in found, found
    assert why in found[where]


@pytest.mark.parametrize("path", [*REFUSED, *OF_ONE_ORDER])
def test_what_is_refused_is_refused_with_its_reason(path: str) -> None:
    session: object = "x"
    for step in reversed(path.split(".")):
        session = {step: session}

    assert any(f"s.{path}" == where for where, _ in faults_of(session, "s", shared=True))


def test_what_belongs_to_one_order_is_taken_with_it() -> None:
    session = {"customer": "cus_1", "discounts": [{"coupon": "c"}]}

    assert list(faults_of(session, "session")) == []
    assert len(list(faults_of(session, "session", shared=True))) == 2


def test_a_catalog_is_for_orders_of_both_modes_and_an_order_is_of_one() -> None:
    session = {"payment_intent_data": {}, "subscription_data": {}, "submit_type": "auto"}

    assert set(fitting(session, "payment")) == {"payment_intent_data", "submit_type"}
    assert set(fitting(session, "subscription")) == {"subscription_data", "submit_type"}
    assert fitting(session, "setup") == {}
    assert [where for where, _ in unfit(session, "payment", "s")] == ["s.subscription_data"]


@pytest.mark.parametrize(
    ("session", "parts"),
    [
        ({}, set()),
        ({"allow_promotion_codes": True}, {"discount"}),
        ({"allow_promotion_codes": False}, set()),
        ({"discounts": [{"coupon": "c"}]}, {"discount"}),
        ({"automatic_tax": {"enabled": True}}, {"tax"}),
        ({"automatic_tax": {"enabled": False}}, set()),
        ({"managed_payments": {"enabled": True}}, {"tax"}),
        ({"managed_payments": {"enabled": False}}, set()),
        ({"shipping_options": [{"shipping_rate": "shr_1"}]}, {"shipping"}),
    ],
)
def test_what_stripe_may_compute_follows_from_what_is_handed_through(
    session: dict[str, object], parts: set[str]
) -> None:
    assert adjustable_by(session) == parts


@pytest.mark.parametrize(
    ("shared", "own", "said"),
    [
        ({"submit_type": "pay"}, {"submit_type": "book"}, {"submit_type": "book"}),
        ({"customer_creation": "always"}, {}, {"customer_creation": "always"}),
        ({"customer_creation": "always"}, {"customer": "cus_1"}, {"customer": "cus_1"}),
        (
            {"customer_creation": "always"},
            {"customer_account": "acct_1"},
            {"customer_account": "acct_1"},
        ),
        ({"customer_update": {"name": "auto"}}, {}, {}),
        (
            {"customer_update": {"name": "auto"}},
            {"customer": "cus_1"},
            {"customer_update": {"name": "auto"}, "customer": "cus_1"},
        ),
    ],
)
def test_an_order_goes_before_the_catalog_and_its_buyer_before_both(
    shared: dict[str, Any], own: dict[str, Any], said: dict[str, Any]
) -> None:
    assert laid_over(shared, own) == said
