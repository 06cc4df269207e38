"""What was taken and ignored once: each parameter here changes what happens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import CHALLENGED, a_line
from tests.sandbox.nearby import Nearby

WRONG = ("parameter_invalid_integer", "duration_in_months")
USD = {"amount": 500, "currency": "usd"}
PAGE = {"mode": "payment", "line_items": [a_line()], "success_url": "https://shop.test/done"}


def a_session(near: Nearby, **more: Any) -> Any:
    return near.do("POST", "checkout/sessions", **PAGE | more)


def test_an_intent_that_names_its_method_waits_for_the_confirmation(near: Nearby) -> None:
    method = near.do("POST", "payment_methods", type="card", card={"number": "4000002760000016"})

    intent = near.do("POST", "payment_intents", **USD, payment_method=method["id"])

    assert (intent["status"], intent["payment_method"]) == ("requires_confirmation", method["id"])
    paid = near.do("POST", f"payment_intents/{intent['id']}/confirm", expand=["latest_charge"])
    assert (paid["status"], paid["payment_method"]) == ("succeeded", method["id"])
    assert paid["latest_charge"]["payment_method_details"]["card"]["country"] == "DE"


def test_a_browser_may_send_the_card_with_the_intent(near: Nearby) -> None:
    card = {"type": "card", "card": {"number": "4000000000009995"}}

    refusal = near.ask("POST", "payment_intents", **USD, payment_method_data=card, confirm=True)

    assert refusal[0] == 402
    assert refusal[1]["error"]["decline_code"] == "insufficient_funds"
    klarna = {"type": "klarna", "billing_details": {"email": "a@shop.test"}}
    refused = near.refused("POST", "payment_intents", **USD, payment_method_data=klarna)
    assert refused == ("parameter_not_modelled", "payment_method_data[type]")


@pytest.mark.parametrize("said", [{"off_session": True}, {"error_on_requires_action": True}])
def test_nobody_is_asked_where_nobody_is(near: Nearby, said: Any) -> None:
    asked = {**USD, "payment_method": "pm_card_threeDSecure2Required", "confirm": True}
    assert near.do("POST", "payment_intents", **asked)["status"] == "requires_action"

    assert near.refused("POST", "payment_intents", **asked, **said)[0] == "authentication_required"


def test_a_method_is_kept_for_later_only_where_that_was_agreed(near: Nearby) -> None:
    customer = near.do("POST", "customers", email="ada@shop.test")["id"]
    asked = {**USD, "customer": customer, "payment_method": "pm_card_visa", "confirm": True}

    near.do("POST", "payment_intents", **asked)
    assert near.do("GET", f"customers/{customer}/payment_methods")["data"] == []
    kept = near.do("POST", "payment_intents", **asked, setup_future_usage="off_session")

    assert near.do("GET", f"payment_methods/{kept['payment_method']}")["customer"] == customer


def test_filters_of_methods_stay_through_a_change_of_currency(near: Nearby) -> None:
    intent = near.do("POST", "payment_intents", **USD, allowed_payment_method_types=["card"])

    changed = near.do("POST", f"payment_intents/{intent['id']}", currency="eur")

    assert changed["payment_method_types"] == ["card"]
    assert changed["allowed_payment_method_types"] == ["card"]


def test_a_change_that_is_refused_changes_nothing(near: Nearby) -> None:
    intent = near.do("POST", "payment_intents", **USD)["id"]

    refusal = near.refused("POST", f"payment_intents/{intent}", amount=900, customer="cus_nobody")

    assert refusal == ("resource_missing", "customer")
    assert near.do("GET", f"payment_intents/{intent}")["amount"] == 500


def test_a_coupon_is_used_as_often_as_it_may_be(near: Nearby) -> None:
    coupon = near.do("POST", "coupons", percent_off=10, max_redemptions=1)["id"]
    discount = {"discounts": [{"coupon": coupon}]}
    near.control(f"checkout/sessions/{a_session(near, **discount)['id']}/pay")

    refusal = near.refused("POST", "checkout/sessions", **PAGE, **discount)

    assert refusal == ("coupon_expired", "discounts[0][coupon]")
    assert near.do("GET", f"coupons/{coupon}")["valid"] is False


def test_a_coupon_ends_at_its_time(near: Nearby) -> None:
    near.control("clock", advance=0)
    now = near.control("clock", advance=0)["now"]
    coupon = near.do("POST", "coupons", percent_off=10, redeem_by=now + 60)["id"]
    near.control("clock", advance=61)

    refusal = near.refused("POST", "checkout/sessions", **PAGE, discounts=[{"coupon": coupon}])

    assert refusal[0] == "coupon_expired"
    assert near.refused("POST", "coupons", percent_off=10, redeem_by=now)[1] == "redeem_by"


@pytest.mark.parametrize(
    "limits",
    [
        {"restrictions": {"minimum_amount": 1501, "minimum_amount_currency": "usd"}},
        {"restrictions": {"minimum_amount": 1, "minimum_amount_currency": "eur"}},
        {"restrictions": {"first_time_transaction": True}},
        {"customer": "another"},
        {"active": False},
    ],
)
def test_a_code_is_for_some_and_not_for_others(near: Nearby, limits: Any) -> None:
    customer, another = (near.do("POST", "customers")["id"] for _ in range(2))
    near.control(f"checkout/sessions/{a_session(near, customer=customer)['id']}/pay")
    coupon = near.do("POST", "coupons", percent_off=10)["id"]
    given = {**limits, "customer": another} if "customer" in limits else limits
    promotion = {"type": "coupon", "coupon": coupon}
    code = near.do("POST", "promotion_codes", promotion=promotion, **given)["id"]

    refusal = near.refused(
        "POST", "checkout/sessions", **PAGE, customer=customer, discounts=[{"promotion_code": code}]
    )

    assert refusal == (None, "discounts[0][promotion_code]")


def test_a_payment_link_hands_on_what_it_says(near: Nearby) -> None:
    fixed = {"amount": 300, "currency": "usd"}
    rate = near.do("POST", "shipping_rates", display_name="Post", fixed_amount=fixed)["id"]
    link = near.do(
        "POST",
        "payment_links",
        line_items=[a_line()],
        automatic_tax={"enabled": True},
        customer_creation="always",
        payment_method_types=["card"],
        phone_number_collection={"enabled": True},
        shipping_options=[{"shipping_rate": rate}],
        submit_type="donate",
    )
    assert link["automatic_tax"] == {"enabled": True, "liability": {"type": "self"}}
    assert link["shipping_options"] == [{"shipping_amount": 300, "shipping_rate": rate}]

    session = near.control(f"payment_links/{link['id']}/pay")

    assert session["amount_total"] == 1500 + 150 + 300
    assert session["customer"].startswith("cus_")
    assert session["customer_details"]["phone"]
    assert (session["payment_method_types"], session["submit_type"]) == (["card"], "donate")


def test_a_payment_links_address_fills_the_page_in(near: Nearby) -> None:
    link = near.do("POST", "payment_links", line_items=[a_line()], allow_promotion_codes=True)
    query = "?prefilled_email=ada%40shop.test&prefilled_promo_code=HALF&locale=de"

    page = near.page(link["url"].partition("localhost")[2] + query)
    shown = near.page(page.headers["Location"])

    assert 'value="ada@shop.test"' in shown.text
    session = near.do("GET", "checkout/sessions", payment_link=link["id"])["data"][0]
    assert (session["amount_total"], session["locale"]) == (750, "de")
    assert session["customer_email"] is None


def test_a_session_tells_its_customer_everywhere(near: Nearby) -> None:
    address = {"line1": "Markt 1", "city": "Bonn", "postal_code": "53111", "country": "DE"}
    who = {"email": "ada@shop.test", "name": "Ada", "phone": "+49221555", "address": address}
    customer = near.do("POST", "customers", **who)["id"]
    session = a_session(near, customer=customer)

    paid = near.control(f"checkout/sessions/{session['id']}/pay", payment_method=CHALLENGED)

    path = f"payment_intents/{paid['payment_intent']}"
    intent = near.do("GET", path, expand=["latest_charge"])
    assert {paid["customer"], intent["customer"], intent["latest_charge"]["customer"]} == {customer}
    details = paid["customer_details"]
    assert (details["email"], details["name"], details["phone"]) == (
        "ada@shop.test", "Ada", "+49221555",
    )  # fmt: skip
    assert details["address"] == {"line2": None, "state": None, **address}
    refusal = near.refused("POST", "checkout/sessions", **PAGE, customer="cus_nobody")
    assert refusal == ("resource_missing", "customer")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"duration": "repeating"}, ("parameter_missing", "duration_in_months")),
        ({"duration": "repeating", "duration_in_months": 0}, WRONG),
        ({"duration": "forever", "duration_in_months": 3}, (None, "duration_in_months")),
        ({"duration_in_months": 3}, (None, "duration_in_months")),
    ],
)
def test_only_a_coupon_that_repeats_lasts_for_months(
    near: Nearby, asked: dict[str, Any], says: tuple[str | None, str]
) -> None:
    assert near.refused("POST", "coupons", percent_off=10, **asked) == says


def test_a_refused_discount_is_named_as_it_was_given(near: Nearby) -> None:
    euros = near.do("POST", "coupons", amount_off=500, currency="eur")["id"]
    promotion = {"type": "coupon", "coupon": near.do("POST", "coupons", percent_off=10)["id"]}
    code = near.do("POST", "promotion_codes", promotion=promotion, active=False)["id"]

    said = [
        near.refused("POST", "checkout/sessions", **PAGE, discounts=[discount])[1]
        for discount in ({"coupon": euros}, {"promotion_code": code})
    ]

    assert said == ["discounts[0][coupon]", "discounts[0][promotion_code]"]
