"""The four ways to pay, each before it is paid and after a refusal, with Stripe's forms in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.album import Album
from tests.support.running_shop import DECLINED, Shop

FRAME = 'iframe[title="Secure payment input frame"]'
EMBEDDED = 'iframe[title="Checkout"]'


def is_refused(ui: str) -> Callable[[Page], None]:
    """Return what types a card that is declined into a form."""

    def act(page: Page) -> None:
        form = page.frame_locator(FRAME)
        if ui == "elements":
            page.locator("#email input").fill("buyer@example.com")
        elif ui == "form":
            form.locator("input[name=email]").fill("buyer@example.com")
        for name, value in (("number", DECLINED), ("expiry", "12 / 40"), ("cvc", "123")):
            form.locator(f"input[name={name}]").fill(value)
        (form.locator("#pay") if ui == "form" else page.locator("#submit")).click()
        if ui != "form":
            expect(page.locator("#fault")).not_to_be_empty()

    return act


@pytest.mark.parametrize("ui", ["", "elements", "form", "embedded"])
def test_each_form_is_shown_and_says_what_went_wrong(shop: Shop, album: Album, ui: str) -> None:
    album.complaints.expected.append("status of 402")
    address = f"{shop.service.url}/pay?price=mug-eur&quantity=2" + (f"&ui={ui}" if ui else "")
    frame = EMBEDDED if ui == "embedded" else FRAME

    def comes(page: Page) -> None:
        expect(page.frame_locator(frame).locator("input[name=number]")).to_be_visible()
        expect(page.locator("#loading")).to_be_hidden()

    name = ui or "intent"
    album.shows(f"pay-{name}", address, then=comes)
    if ui != "embedded":
        refused = is_refused(ui)

        def comes_and_is_refused(page: Page) -> None:
            comes(page)
            refused(page)

        album.shows(f"pay-{name}-declined", address, then=comes_and_is_refused)
