"""The buyer's pages in a real browser: on a phone and a admin, by light and dark, by keyboard."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.sandbox.build import CARD, CHALLENGED, DECLINED, a_line, a_session
from tests.sandbox.conftest import World
from tests.support.browser import Complaints
from tests.support.merchant import Merchant, Says

LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    ({"width": 360, "height": 740}, "light"),
    ({"width": 360, "height": 740}, "dark"),
    ({"width": 1280, "height": 900}, "light"),
    ({"width": 1280, "height": 900}, "dark"),
]


@pytest.fixture
def shop(receiver: Merchant) -> str:
    """Where the buyer comes back to."""
    page = b"<!doctype html><html lang=en><link rel=icon href=data:,><title>Shop</title>"
    receiver.says(Says(200, {"Content-Type": "text/html"}, page))
    return f"http://127.0.0.1:{receiver.server_port}"


@pytest.fixture
def session(client: stripe.StripeClient, shop: str) -> Any:
    return a_session(
        client,
        line_items=[a_line(2500, "eur", 2), a_line(1250, "eur")],
        success_url=f"{shop}/done?session_id={{CHECKOUT_SESSION_ID}}&again={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{shop}/cancel",
        allow_promotion_codes=True,
    )


def fill(page: Page, number: str = CARD) -> None:
    page.fill("input[name=email]", "jenny@example.com")
    page.fill("input[name=number]", number)
    page.fill("input[name=expiry]", "12 / 40")
    page.fill("input[name=cvc]", "123")


def is_accessible(page: Page) -> None:
    """Look at it on a phone and at a desk, by light and by dark."""
    for size, scheme in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page).response["violations"]
        said = [(one["id"], one["nodes"][0]["html"]) for one in found]
        assert not found, f"{size} {scheme}: {json.dumps(said, indent=2)}"
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0


def test_every_page_is_accessible_and_fits(
    page: Page, world: World, session: Any, complaints: Complaints
) -> None:
    complaints.expected += ["status of 402", "status of 410"]
    page.goto(session.url)
    expect(page.get_by_role("note")).to_contain_text("no money moves")
    is_accessible(page)

    fill(page, DECLINED)
    page.click("#submit")
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    is_accessible(page)

    page.fill("input[name=number]", CHALLENGED)
    page.click("#submit")
    expect(page.locator("#pass")).to_be_visible()
    is_accessible(page)

    world.call("POST", f"checkout/sessions/{session.id}/expire")
    page.goto(session.url)
    expect(page.locator("h1")).to_contain_text("expired")
    is_accessible(page)
    page.goto(world.url)
    is_accessible(page)


def test_a_buyer_pays_by_keyboard_and_comes_back(
    page: Page, session: Any, shop: str, client: stripe.StripeClient
) -> None:
    page.goto(session.url)
    fill(page)
    page.keyboard.press("Enter")

    page.wait_for_url(f"{shop}/done?session_id={session.id}&again={session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_two_presses_pay_once(page: Page, world: World, session: Any, shop: str) -> None:
    page.goto(session.url)
    fill(page)
    page.dblclick("#submit")

    page.wait_for_url(f"{shop}/done**")
    assert world.event_types().count("checkout.session.completed") == 1


@pytest.mark.parametrize(
    ("button", "leads_to", "status"),
    [("#pass", "/done", "paid"), ("#fail", "/3ds/", "unpaid")],
)
def test_the_bank_asks(
    *,
    page: Page,
    client: stripe.StripeClient,
    session: Any,
    complaints: Complaints,
    button: str,
    leads_to: str,
    status: str,
) -> None:
    complaints.expected.append("status of 402")
    page.goto(session.url)
    fill(page, CHALLENGED)
    page.click("#submit")
    page.click(button)

    page.wait_for_url(lambda url: leads_to in url)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status
    if status == "unpaid":
        expect(page.get_by_role("alert")).to_contain_text("unable to authenticate")
        fill(page)
        page.click("#submit")
        page.wait_for_url("**/done**")


def test_only_the_chosen_methods_fields_are_shown(
    page: Page, session: Any, shop: str, client: stripe.StripeClient
) -> None:
    page.goto(session.url)
    expect(page.locator("input[name=number]")).to_be_visible()
    expect(page.locator("input[name=iban]")).to_be_hidden()
    page.fill("input[name=email]", "jenny@example.com")

    page.check("input[value=sepa_debit]")
    expect(page.locator("input[name=number]")).to_be_hidden()
    page.fill("input[name=iban]", "AT61 1904 3002 3457 3201")
    page.click("#submit")

    page.wait_for_url(f"{shop}/done**")
    after = client.v1.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_status) == ("complete", "unpaid")


def test_a_buyer_may_pay_later(
    page: Page, session: Any, shop: str, client: stripe.StripeClient
) -> None:
    page.goto(session.url)
    page.fill("input[name=email]", "jenny@example.com")
    page.check("input[value=customer_balance]")
    page.click("#submit")

    page.wait_for_url(f"{shop}/done**")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_a_code_makes_it_free(
    page: Page, session: Any, shop: str, complaints: Complaints, client: stripe.StripeClient
) -> None:
    complaints.expected.append("status of 400")
    page.goto(session.url)
    page.fill("input[name=code]", "WRONG")
    page.click("text=Apply")
    expect(page.get_by_role("alert")).to_have_text("This code is invalid.")

    page.fill("input[name=code]", "FREE")
    page.click("text=Apply")
    expect(page.locator(".total")).to_contain_text("0.00 EUR")
    expect(page.locator("input[name=number]")).to_have_count(0)
    page.fill("input[name=email]", "jenny@example.com")
    page.click("#submit")

    page.wait_for_url(f"{shop}/done**")
    after = client.v1.checkout.sessions.retrieve(session.id)
    assert (after.payment_status, after.amount_total) == ("no_payment_required", 0)


def test_a_card_of_the_past_is_refused(page: Page, session: Any, complaints: Complaints) -> None:
    complaints.expected.append("status of 402")
    page.goto(session.url)
    fill(page)
    page.fill("input[name=expiry]", "01 / 20")
    page.click("#submit")

    expect(page.get_by_role("alert")).to_contain_text("in the past")


def test_the_buyer_may_go_back_to_the_shop(page: Page, session: Any, shop: str) -> None:
    page.goto(session.url)
    page.click("#back")

    page.wait_for_url(f"{shop}/cancel")


def test_the_page_works_without_scripts(
    new_context: Any, session: Any, shop: str, client: stripe.StripeClient
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(session.url)
    fill(page)
    page.click("#submit")

    page.wait_for_url(f"{shop}/done**")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
