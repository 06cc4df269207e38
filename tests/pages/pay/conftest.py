"""One shop for all tests of the page with the payment form, and a buyer at it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.support.running_shop import Shop
from tests.support.running_stack import until

INTENT = re.compile(r"payment_intent=(pi_[A-Za-z0-9]+)")


class Payer:
    """Somebody at the page with the payment form."""

    def __init__(self, page: Page, shop: Shop) -> None:
        self.page, self.shop = page, shop

    @property
    def url(self) -> str:
        return self.shop.service.url

    @property
    def form(self) -> FrameLocator:
        return self.page.frame_locator('iframe[title="Secure payment input frame"]')

    @property
    def button(self) -> str:
        return "#submit"

    @property
    def order(self) -> str:
        """Name the order whose form is shown: the address says it once there is one."""
        found = re.search(r"order=(ord_[A-Za-z0-9]+)", self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def opens(self, choice: str = "price=poster-usd&quantity=2") -> None:
        self.page.goto(f"{self.url}/pay?{choice}")
        self.is_ready()

    def is_ready(self) -> None:
        expect(self.page.locator(self.button)).to_be_enabled()

    def types_card(self, number: str) -> None:
        for name, value in (("number", number), ("expiry", "12 / 40"), ("cvc", "123")):
            self.form.locator(f"input[name={name}]").fill(value)

    def types_iban(self, iban: str) -> None:
        self.form.locator("input[value=sepa_debit]").check()
        self.form.locator("input[name=iban]").fill(iban)

    def presses(self) -> None:
        self.page.click(self.button)

    def is_told(self, text: str) -> None:
        expect(self.page.locator("#fault")).to_contain_text(text)

    def sees(self, state: str) -> None:
        main = self.page.locator("main")
        expect(main).to_have_attribute("data-state", state)

    def intents(self, order: str) -> list[str]:
        """List the intents at Stripe that name an order."""
        listed = self.shop.stripe("/v1/payment_intents", limit=100)["data"]
        return [one["id"] for one in listed if one["metadata"].get("order_id") == order]

    def fulfilled_once(self, order: str) -> None:
        """Check the page and the one message that tells the merchant to deliver."""
        until(lambda: bool(self.shop.told(order, "order.paid")), what="order.paid")
        assert self.shop.state(f"/orders/{order}") == "paid"
        assert len({got.id for got in self.shop.told(order, "order.paid")}) == 1


@pytest.fixture
def payer(page: Page, shop: Shop) -> Payer:
    return Payer(page, shop)
