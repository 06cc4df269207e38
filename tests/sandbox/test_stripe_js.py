"""The stand-in for Stripe.js in a real browser, on a page of another origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from playwright.sync_api import FrameLocator, Page, expect

from tests.sandbox.build import CARD, CHALLENGED, DECLINED, IBAN, an_intent
from tests.sandbox.conftest import World
from tests.sandbox.shop_page import ShopPage, running_shop
from tests.support.browser import Complaints

REFUSED = "status of 402"  # what a browser's console says of a decline


@pytest.fixture
def shop(world: World) -> Iterator[ShopPage]:
    with running_shop(world.url) as running:
        yield running


class Buyer:
    """Somebody at the merchant's pay page."""

    def __init__(self, page: Page, shop: ShopPage) -> None:
        self.page, self.shop = page, shop

    @property
    def form(self) -> FrameLocator:
        return self.page.frame_locator('iframe[title="Secure payment input frame"]')

    def opens(self, intent: stripe.PaymentIntent, redirect: str = "always") -> None:
        self.shop.secret, self.shop.redirect = str(intent.client_secret), redirect
        self.page.goto(self.shop.url)
        expect(self.page.locator("#heard")).to_have_text("ready ")

    def types_card(self, number: str) -> None:
        for name, value in (("number", number), ("expiry", "12 / 40"), ("cvc", "123")):
            self.form.locator(f"input[name={name}]").fill(value)

    def buys(self) -> None:
        self.page.click("#buy")

    def is_told(self, text: str) -> None:
        expect(self.page.locator("#said")).to_contain_text(text)

    def comes_back(self) -> dict[str, str]:
        self.page.wait_for_url(f"{self.shop.url}/back**")
        query = parse_qs(urlsplit(self.shop.returns[-1]).query)
        return {name: values[0] for name, values in query.items()}

    def answer(self) -> Any:
        return self.page.evaluate("window.answer")


@pytest.fixture
def buyer(page: Page, shop: ShopPage) -> Buyer:
    return Buyer(page, shop)


def test_a_card_pays_and_the_buyer_returns(buyer: Buyer, client: stripe.StripeClient) -> None:
    intent = an_intent(client, metadata={"order_id": "ord_1"})
    buyer.opens(intent)
    expect(buyer.form.get_by_role("note")).to_contain_text("no money moves")

    buyer.types_card(CARD)
    expect(buyer.page.locator("#heard")).to_have_attribute("data-complete", "true")
    buyer.buys()

    assert buyer.comes_back() == {
        "order": "7",
        "payment_intent": intent.id,
        "payment_intent_client_secret": intent.client_secret,
        "redirect_status": "succeeded",
    }
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_without_a_needed_redirect_the_page_gets_the_intent(
    buyer: Buyer, client: stripe.StripeClient
) -> None:
    intent = an_intent(client, metadata={"order_id": "ord_1"})
    buyer.opens(intent, redirect="if_required")
    buyer.types_card(CARD)
    buyer.buys()

    buyer.is_told("succeeded")
    seen = buyer.answer()["paymentIntent"]
    assert seen["id"] == intent.id
    assert "metadata" not in seen


def test_a_declined_card_is_told_on_the_page_and_another_pays(
    buyer: Buyer, client: stripe.StripeClient, complaints: Complaints
) -> None:
    complaints.expected.append(REFUSED)
    intent = an_intent(client)
    buyer.opens(intent, redirect="if_required")
    buyer.types_card(DECLINED)
    buyer.buys()

    buyer.is_told("Your card was declined.")
    error = buyer.answer()["error"]
    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["decline_code"] == "generic_decline"
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"

    buyer.types_card(CARD)
    buyer.buys()
    buyer.is_told("succeeded")


@pytest.mark.parametrize(
    ("button", "status", "intent_status"),
    [("#pass", "succeeded", "succeeded"), ("#fail", "failed", "requires_payment_method")],
)
def test_the_bank_asks_and_sends_the_buyer_back(
    buyer: Buyer, client: stripe.StripeClient, button: str, status: str, intent_status: str
) -> None:
    intent = an_intent(client)
    buyer.opens(intent)
    buyer.types_card(CHALLENGED)
    buyer.buys()

    buyer.page.click(button)

    assert buyer.comes_back()["redirect_status"] == status
    assert client.v1.payment_intents.retrieve(intent.id).status == intent_status


def test_a_debit_is_on_its_way(buyer: Buyer, client: stripe.StripeClient) -> None:
    intent = an_intent(client, currency="eur")
    buyer.opens(intent)
    buyer.form.locator("input[value=sepa_debit]").check()
    buyer.form.locator("input[name=iban]").fill(IBAN)
    buyer.buys()

    assert buyer.comes_back()["payment_intent"] == intent.id
    assert client.v1.payment_intents.retrieve(intent.id).status == "processing"


def test_a_card_that_cannot_be_is_refused_without_a_call(
    buyer: Buyer, client: stripe.StripeClient, world: World
) -> None:
    buyer.opens(an_intent(client))
    for number, message in (
        ("4242", "card number is incomplete"),
        ("4242424242424241", "card number is invalid"),
    ):
        buyer.types_card(number)
        buyer.buys()
        buyer.is_told(message)
        assert buyer.answer()["error"]["type"] == "validation_error"

    assert not [row for row in world.call("GET", "requests")["data"] if "confirm" in row["path"]]


def test_enter_in_the_form_submits_the_page(buyer: Buyer, client: stripe.StripeClient) -> None:
    buyer.opens(an_intent(client), redirect="if_required")
    buyer.types_card(CARD)

    buyer.form.locator("input[name=cvc]").press("Enter")

    buyer.is_told("succeeded")


def test_a_cut_network_is_told_and_the_next_try_pays(
    buyer: Buyer, client: stripe.StripeClient, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_FAILED")
    intent = an_intent(client)
    buyer.opens(intent, redirect="if_required")
    buyer.types_card(CARD)
    buyer.page.route("**/confirm", lambda route: route.abort())
    buyer.buys()
    buyer.is_told("experiencing issues connecting")
    assert buyer.answer()["error"]["type"] == "api_connection_error"

    buyer.page.unroute("**/confirm")
    buyer.buys()
    buyer.is_told("succeeded")


def test_an_intent_that_is_paid_already_is_an_error_with_the_intent(
    buyer: Buyer, client: stripe.StripeClient, complaints: Complaints
) -> None:
    complaints.expected.append("status of 400")
    intent = an_intent(client)
    buyer.opens(intent, redirect="if_required")
    client.v1.payment_intents.confirm(intent.id, params={"payment_method": "pm_card_visa"})
    buyer.types_card(CARD)
    buyer.buys()

    buyer.is_told("succeeded")
    error = buyer.answer()["error"]
    assert error["code"] == "payment_intent_unexpected_state"
    assert error["payment_intent"]["status"] == "succeeded"


def test_a_wrong_secret_is_told_by_the_element(
    buyer: Buyer, client: stripe.StripeClient, complaints: Complaints
) -> None:
    complaints.expected.append("status of 400")
    intent = an_intent(client)
    buyer.shop.secret = f"{intent.id}_secret_wrong"
    buyer.page.goto(buyer.shop.url)

    buyer.is_told("client_secret")


MISTAKES = {
    "Stripe('sk_test_1')": "publishable key",
    "Stripe('pk_live_1')": "test keys only",
    "Stripe('pk_test_1').elements({clientSecret: 'nonsense'})": "client secret",
    "Stripe('pk_test_1').elements({})": "clientSecret",
    "elements.create('payment')": "Can only create one",
    "elements.create('card')": "only the Payment Element",
    "stripe.confirmPayment({elements})": "return_url",
}


def test_a_mistake_of_the_page_is_an_integration_error(
    buyer: Buyer, client: stripe.StripeClient
) -> None:
    buyer.opens(an_intent(client))

    for script, message in MISTAKES.items():
        name, said = buyer.page.evaluate(
            "async (script) => {"
            "  try { await eval(script) } catch (e) { return [e.name, e.message] }"
            "}",
            script,
        )
        assert name == "IntegrationError"
        assert message in said


def test_the_intent_can_be_read_on_the_return_page(
    buyer: Buyer, client: stripe.StripeClient
) -> None:
    intent = an_intent(client)
    buyer.opens(intent)

    read = buyer.page.evaluate(
        "async (secret) => stripe.retrievePaymentIntent(secret)", intent.client_secret
    )

    assert read["paymentIntent"]["status"] == "requires_payment_method"
    assert read["paymentIntent"]["client_secret"] == intent.client_secret


def test_a_browser_may_ask_from_any_origin(client: stripe.StripeClient, world: World) -> None:
    """Asked plainly: a browser whose calls are watched by a test skips this question."""
    answer = world.raw(
        "OPTIONS",
        f"/v1/payment_intents/{an_intent(client).id}/confirm",
        headers={
            "Origin": "https://shop.test",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
    )

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
