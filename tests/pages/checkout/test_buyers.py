"""A buyer with a browser, the product behind gunicorn, and the sandbox: the main journey, whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import Page, expect

from checkout_service.domain.ids import number_of
from tests.support.browser import Complaints
from tests.support.running_shop import ASKS, DECLINED, GOOD, IBAN_BAD, IBAN_GOOD, Shop
from tests.support.service import API_KEY, Service
from tests.support.stack import Sandbox


class Buyer:
    """Somebody with a browser."""

    def __init__(self, page: Page, service: Service, sandbox: Sandbox) -> None:
        self.page, self.service, self.sandbox = page, service, sandbox
        self.http = requests.Session()
        self.http.trust_env = False

    def chooses(self, product: str, quantity: int = 1) -> None:
        self.page.goto(self.service.url)
        card = self.page.get_by_role("article", name=product)
        card.get_by_label("Quantity").fill(str(quantity))
        card.get_by_role("button", name="Buy").click()
        self.page.wait_for_url(f"{self.sandbox.url}/c/pay/**")

    def pays_by_card(self, number: str) -> None:
        for name, value in (
            ("email", "buyer@example.com"),
            ("number", number),
            ("expiry", "12 / 34"),
            ("cvc", "123"),
        ):
            self.page.fill(f"input[name={name}]", value)
        self.page.click("#submit")

    def pays_by_debit(self, iban: str) -> None:
        self.page.fill("input[name=email]", "buyer@example.com")
        self.page.check("input[value=sepa_debit]")
        self.page.fill("input[name=iban]", iban)
        self.page.click("#submit")

    @property
    def session_id(self) -> str:
        match = re.search(r"cs_test_[A-Za-z0-9]+", self.page.url)
        assert match is not None
        return match[0]

    def sees(self, state: str) -> None:
        main = self.page.locator("main")
        expect(main).to_have_attribute("data-state", state)

    def session(self, session_id: str) -> dict[str, object]:
        answer = self.http.get(
            f"{self.service.url}/api/v1/checkout-sessions/{session_id}",
            headers={"Authorization": f"Bearer {API_KEY}"},
            timeout=60,
        )
        return dict(answer.json())

    def order(self, session_id: str) -> dict[str, object]:
        order = self.session(session_id)["order"]
        assert isinstance(order, dict)
        return order

    def intent(self, session_id: str) -> str:
        return str(self.order(session_id)["payment_intent"])


@pytest.fixture
def buyer(page: Page, shop: Shop) -> Iterator[Buyer]:
    someone = Buyer(page, shop.service, shop.sandbox)
    yield someone
    someone.http.close()


def test_a_card_pays_and_the_buyer_is_told_so(buyer: Buyer) -> None:
    buyer.chooses("Poster", 2)
    session_id = buyer.session_id
    buyer.pays_by_card(GOOD)

    buyer.sees("paid")
    expect(buyer.page.locator(".total td")).to_have_text("$50.00")
    order = buyer.order(session_id)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 5000)


def test_a_declined_card_can_be_replaced_on_the_same_page(
    buyer: Buyer, complaints: Complaints
) -> None:
    complaints.expected.append("status of 402")
    buyer.chooses("Poster")
    session_id = buyer.session_id
    buyer.pays_by_card(DECLINED)
    expect(buyer.page.get_by_text("declined").first).to_be_visible()
    assert buyer.order(session_id)["status"] == "pending"

    buyer.pays_by_card(GOOD)

    buyer.sees("paid")


def test_the_bank_asks_and_the_buyer_confirms(buyer: Buyer) -> None:
    buyer.chooses("Poster")
    buyer.pays_by_card(ASKS)
    buyer.page.click("#pass")

    buyer.sees("paid")


def test_the_bank_is_not_convinced_and_the_buyer_takes_another_card(
    buyer: Buyer, complaints: Complaints
) -> None:
    complaints.expected.append("status of 402")
    buyer.chooses("Poster")
    session_id = buyer.session_id
    buyer.pays_by_card(ASKS)
    buyer.page.click("#fail")
    expect(buyer.page.locator("#submit")).to_be_visible()
    assert buyer.order(session_id)["status"] == "pending"

    buyer.page.goto(str(buyer.session(session_id)["url"]))
    buyer.pays_by_card(GOOD)

    buyer.sees("paid")


def test_a_debit_is_on_its_way_and_then_comes_in_by_itself(buyer: Buyer) -> None:
    buyer.chooses("Mug")
    session_id = buyer.session_id
    buyer.pays_by_debit(IBAN_GOOD)
    buyer.sees("processing")
    assert "pay again" in buyer.page.locator("main").inner_text()
    assert buyer.page.locator("form").count() == 0

    buyer.sandbox.call(
        "POST", f"payment_intents/{buyer.intent(session_id)}/settle", {"outcome": "succeeded"}
    )

    buyer.sees("paid")


def test_a_debit_that_fails_is_told_and_can_be_tried_again(buyer: Buyer) -> None:
    buyer.chooses("Mug")
    session_id = buyer.session_id
    buyer.pays_by_debit(IBAN_BAD)
    buyer.sees("processing")

    buyer.sandbox.call(
        "POST", f"payment_intents/{buyer.intent(session_id)}/settle", {"outcome": "failed"}
    )

    buyer.sees("failed")
    buyer.page.get_by_role("button", name="Try again").click()
    buyer.page.wait_for_url(f"{buyer.sandbox.url}/c/pay/**")
    assert buyer.session_id != session_id
    buyer.pays_by_card(GOOD)
    buyer.sees("paid")


def test_a_session_that_expired_is_started_over_as_the_same_order(buyer: Buyer) -> None:
    buyer.chooses("Poster")
    session_id = buyer.session_id
    order_id = buyer.order(session_id)["id"]
    buyer.sandbox.call("POST", f"checkout/sessions/{session_id}/expire")
    buyer.page.goto(f"{buyer.service.url}/orders/{order_id}")
    buyer.sees("expired")

    buyer.page.get_by_role("button", name="Try again").click()
    buyer.page.wait_for_url(f"{buyer.sandbox.url}/c/pay/**")
    buyer.pays_by_card(GOOD)

    buyer.sees("paid")
    expect(buyer.page.locator(".order-id")).to_have_text(number_of(str(order_id)))


def test_who_leaves_can_resume_the_very_session(buyer: Buyer) -> None:
    buyer.chooses("Poster")
    session_id = buyer.session_id
    buyer.page.click("#back")
    expect(buyer.page.get_by_text("you were not charged")).to_be_visible()

    buyer.page.get_by_role("link", name="Resume payment").click()

    buyer.page.wait_for_url(f"{buyer.sandbox.url}/c/pay/**")
    assert buyer.session_id == session_id
    buyer.pays_by_card(GOOD)
    buyer.sees("paid")


def test_who_leaves_can_start_over(buyer: Buyer) -> None:
    buyer.chooses("Poster")
    buyer.page.click("#back")

    buyer.page.get_by_role("button", name="Start over").click()

    buyer.page.wait_for_url(f"{buyer.sandbox.url}/c/pay/**")
    buyer.pays_by_card(GOOD)
    buyer.sees("paid")


def test_pressing_twice_is_one_order_and_one_session(buyer: Buyer) -> None:
    text = buyer.http.get(buyer.service.url, timeout=60).text
    match = re.search(r'name="token" value="([^"]+)"', text)
    assert match is not None
    form = {"price": "poster-usd", "quantity": "1", "token": match[1]}

    def press(_turn: int) -> str:
        answer = requests.post(
            f"{buyer.service.url}/checkout", data=form, allow_redirects=False, timeout=60
        )
        return answer.headers.get("Location", str(answer.status_code))

    with ThreadPoolExecutor(6) as hands:
        places = set(hands.map(press, range(6)))

    (place,) = places
    assert place.startswith(f"{buyer.sandbox.url}/c/pay/cs_test_")


def test_the_page_is_right_before_any_webhook(buyer: Buyer) -> None:
    buyer.sandbox.call("PUT", "faults", {"webhooks": {"drop": 1.0}})
    buyer.chooses("Poster")
    buyer.pays_by_card(GOOD)

    buyer.sees("paid")


def test_the_page_is_right_after_the_webhook_without_asking_stripe(
    buyer: Buyer,
) -> None:
    sandbox = buyer.sandbox
    buyer.chooses("Poster")
    session_id = buyer.session_id
    sandbox.call("POST", f"checkout/sessions/{session_id}/pay", {"payment_method": GOOD})
    sandbox.call("POST", "deliveries/flush")
    fault = {"method": "GET", "path": "/v1/", "kind": "error_500", "probability": 1.0}
    sandbox.call("PUT", "faults", {"api": [fault]})

    buyer.page.goto(f"{buyer.service.url}/checkout/success?session_id={session_id}")

    buyer.sees("paid")


def test_when_stripe_is_down_the_same_order_is_recovered_by_trying_again(
    buyer: Buyer, complaints: Complaints
) -> None:
    complaints.expected.append("status of 503")
    fault = {"method": "POST", "path": "/v1/checkout/sessions", "kind": "error_500"}
    buyer.sandbox.call("PUT", "faults", {"api": [fault | {"probability": 1.0}]})
    buyer.page.goto(buyer.service.url)
    buyer.page.get_by_role("article", name="Poster").get_by_role("button", name="Buy").click()
    expect(buyer.page.get_by_text("nothing is lost")).to_be_visible()

    buyer.sandbox.call("DELETE", "faults")
    buyer.page.get_by_role("button", name="Try again").click()
    buyer.page.wait_for_url(f"{buyer.sandbox.url}/c/pay/**")
    buyer.pays_by_card(GOOD)

    buyer.sees("paid")


def test_when_stripe_is_silent_at_the_return_the_page_offers_no_second_payment(
    buyer: Buyer,
) -> None:
    buyer.chooses("Poster")
    session_id = buyer.session_id
    fault = {"method": "GET", "path": "/v1/", "kind": "error_500", "probability": 1.0}
    buyer.sandbox.call("PUT", "faults", {"api": [fault], "webhooks": {"drop": 1.0}})
    buyer.sandbox.call("POST", f"checkout/sessions/{session_id}/pay", {"payment_method": GOOD})

    buyer.page.goto(f"{buyer.service.url}/checkout/success?session_id={session_id}")

    buyer.sees("unpaid")
    assert buyer.page.locator("main form").count() == 0
    assert buyer.page.locator(f'a[href^="{buyer.sandbox.url}"]').count() == 0
    buyer.sandbox.call("DELETE", "faults")
    buyer.sees("paid")
