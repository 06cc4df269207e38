"""The pages of the payment form over HTTP: what they refuse, and what they never let out."""

from __future__ import annotations

import pytest

from tests.support.running_shop import GOOD, IBAN_BAD, MUG, Shop
from tests.support.running_stack import until

from .test_intents_over_the_api import confirm_at_stripe, create, seen


@pytest.mark.parametrize(
    "query",
    [
        "", "price=gone", "price=poster-usd&quantity=0", "price=poster-usd&quantity=21",
        "price=poster-usd&quantity=x", "price=poster-usd&quantity=-1", "price=%00",
        "price=poster-usd&quantity=1e3", "price=poster-usd&quantity=99999999999",
        "price=%3Cscript%3Ealert(1)%3C/script%3E", "price=poster-usd&quantity=%D9%A1",
    ],
)  # fmt: skip
def test_a_choice_that_is_none_is_refused_on_a_page(shop: Shop, query: str) -> None:
    answer = shop.request("GET", f"/pay?{query}")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<script>alert" not in answer.text


def test_looking_at_the_page_makes_no_order(shop: Shop) -> None:
    before = len(shop.stripe("/v1/payment_intents", limit=100)["data"])

    answer = shop.request("GET", "/pay?price=poster-usd&quantity=3")

    assert "$75.00" in answer.text
    assert len(shop.stripe("/v1/payment_intents", limit=100)["data"]) == before


def test_only_the_page_with_the_form_lets_stripes_script_in(shop: Shop) -> None:
    form = shop.request("GET", "/pay?price=poster-usd").headers["Content-Security-Policy"]
    other = shop.request("GET", "/").headers["Content-Security-Policy"]

    assert f"script-src 'self' {shop.sandbox.url}" in form
    assert f"frame-src {shop.sandbox.url}" in form
    assert f"connect-src 'self' {shop.sandbox.url}" in form
    assert "unsafe" not in form
    assert "frame-src" not in other
    assert "script-src 'self';" in other


def test_the_secret_is_dropped_from_the_address_before_anything_else(shop: Shop) -> None:
    intent = create(shop)
    confirm_at_stripe(shop, intent, GOOD)
    back = f"/pay/complete?payment_intent={intent['id']}"
    more = f"&payment_intent_client_secret={intent['client_secret']}&redirect_status=succeeded"

    answer = shop.request("GET", back + more)

    assert (answer.status_code, answer.headers["Location"]) == (303, back)
    assert "_secret_" not in answer.text
    assert shop.state(back) == "paid"


def test_a_lie_about_the_redirect_moves_nothing(shop: Shop) -> None:
    intent = create(shop)
    back = f"/pay/complete?payment_intent={intent['id']}&redirect_status=succeeded"

    assert shop.state(back) == "unpaid"


def test_an_order_of_the_form_is_paid_on_the_form_only(shop: Shop) -> None:
    order = create(shop)["order"]["id"]

    left = shop.request("GET", f"/checkout/cancel?order={order}")
    over = shop.request("POST", "/checkout", data={"order": order})
    session = shop.open()["order"]["id"]

    assert left.headers["Location"] == over.headers["Location"] == f"/orders/{order}"
    assert f'href="/pay?order={order}"' in shop.request("GET", f"/orders/{order}").text
    assert shop.request("GET", f"/pay?order={session}").headers["Location"] == f"/orders/{session}"


def test_after_a_failed_debit_a_card_is_believed_without_news_of_it(shop: Shop) -> None:
    intent = create(shop, MUG)
    assert confirm_at_stripe(shop, intent, IBAN_BAD) == 200
    shop.sandbox.call("POST", f"payment_intents/{intent['id']}/settle", {"outcome": "failed"})
    shop.flush()
    until(lambda: seen(shop, intent)["order"]["status"] == "failed", what="failed")
    shop.faults(webhooks={"drop": 1.0})
    again = create(shop, {"order": intent["order"]["id"]})  # the form opens: a look, in vain
    assert confirm_at_stripe(shop, again, GOOD) == 200

    # A machine too busy for its turn at Stripe says what it knew; the next visit looks again.
    page = f"/pay/complete?payment_intent={intent['id']}"
    until(lambda: shop.state(page) == "paid", what="the card believed")


def test_a_failed_debit_is_still_failed_when_stripe_does_not_answer(shop: Shop) -> None:
    intent = create(shop, MUG)
    assert confirm_at_stripe(shop, intent, IBAN_BAD) == 200
    shop.sandbox.call("POST", f"payment_intents/{intent['id']}/settle", {"outcome": "failed"})
    shop.flush()
    until(lambda: seen(shop, intent)["order"]["status"] == "failed", what="failed")
    look = {"method": "GET", "path": f"/v1/payment_intents/{intent['id']}"}
    shop.faults(api=[look | {"kind": "error_500", "probability": 1.0}])

    assert shop.state(f"/pay/complete?payment_intent={intent['id']}") == "failed"
