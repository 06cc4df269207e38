"""A buyer pays through a Payment Link: leaves, pays, returns, and the page turns to paid."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.browser import Complaints, Snap
from tests.support.link_shop import LinkShop, link_url
from tests.support.patience import PATIENCE
from tests.support.processes import ROOT
from tests.support.running_shop import GOOD, IBAN_GOOD

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], scope="module")

SILENT = {"method": "GET", "path": "/v1/checkout/sessions", "kind": "error_500", "probability": 1}
POLLS = "**/api/v1/payment-links/orders/**"
HIDE = "Object.defineProperty(document, 'hidden', {get: () => window.isHidden === true})"
SHOWN = "window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))"
HIDDEN = SHOWN.replace("false", "true")
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(360, "light"), (360, "dark"), (1280, "light")]


def choose(page: Page, shop: LinkShop, product: str) -> None:
    """Press a link's button on the storefront."""
    page.goto(shop.service.url)
    page.get_by_role("article", name=product, exact=True).get_by_role("link").click()
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")


def pay(page: Page, method: str = GOOD) -> None:
    page.fill("input[name=email]", "buyer@example.com")
    if method == GOOD:
        for name, value in (("number", GOOD), ("expiry", "12 / 34"), ("cvc", "123")):
            page.fill(f"input[name={name}]", value)
    else:
        page.check("input[value=sepa_debit]")
        page.fill("input[name=iban]", method)
    page.click("#submit")


def session_of(page: Page) -> str:
    return page.url.rpartition("session_id=")[2]


def sees(page: Page, state: str) -> None:
    expect(page.locator("main")).to_have_attribute("data-state", state)


def test_the_buyer_pays_by_link_returns_and_is_told(shop: LinkShop, page: Page) -> None:
    choose(page, shop, "Print")
    pay(page)

    sees(page, "paid")
    assert page.url.startswith(f"{shop.service.url}/links/return?session_id=cs_test_")
    shop.told_once(shop.of_session(session_of(page))["id"])


def test_a_page_that_met_a_silent_stripe_turns_to_paid_by_itself(
    shop: LinkShop, page: Page
) -> None:
    choose(page, shop, "Print")
    shop.faults(api=[SILENT])
    pay(page)
    sees(page, "unpaid")
    page.evaluate("window.neverReloaded = true")

    shop.no_faults()

    sees(page, "paid")
    expect(page.locator("#announcer")).to_have_text("Paid. Thank you!")
    assert page.evaluate("window.neverReloaded") is True


def test_without_javascript_the_page_refreshes_itself_until_it_is_paid(
    shop: LinkShop, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    choose(page, shop, "Mug")
    pay(page, IBAN_GOOD)
    sees(page, "processing")

    shop.settles(session_of(page), "succeeded")

    sees(page, "paid")
    context.close()


def test_who_goes_back_from_stripe_finds_the_same_order(shop: LinkShop, page: Page) -> None:
    choose(page, shop, "Tower")
    page.goto(f"{shop.service.url}/links/return")
    sees(page, "unpaid")
    order = page.locator(".order-id").inner_text()

    page.get_by_role("link", name="I did not finish paying").click()
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")
    pay(page)

    sees(page, "paid")
    assert page.locator(".order-id").inner_text() == order


def test_the_example_for_frontends_does_what_it_says(shop: LinkShop, page: Page) -> None:
    page.goto(shop.service.url)
    page.evaluate(f"{_example(shop)}\nleave('print')")
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")
    pay(page)
    page.wait_for_url(f"{shop.service.url}/links/return?session_id=cs_test_*")

    order = page.evaluate(f"{_example(shop)}\noutcome()")

    assert (order["status"], order["fulfilled"]) == ("paid", True)


def _example(shop: LinkShop) -> str:
    """Take the script out of the manual, with the address of this shop."""
    manual = (ROOT / "docs" / "merchant" / "payment-links.md").read_text("utf-8")
    script = manual.partition("```js\n")[2].partition("```")[0]
    return script.replace("https://pay.example.com", shop.service.url)


def test_the_page_asks_ever_less_often(shop: LinkShop, page: Page) -> None:
    asked = _waits_for_money(page, shop)

    for gap in (1, 2, 3, 5, 8, 8):
        before = len(asked)
        page.clock.run_for(gap * 1000 - 20)
        page.wait_for_timeout(100)
        assert len(asked) == before, gap
        page.clock.run_for(40)
        _until_asked(page, asked, before + 1)


def test_the_page_waits_as_long_as_it_is_told_even_when_it_was_hidden(
    shop: LinkShop, page: Page
) -> None:
    page.add_init_script(HIDE)
    asked = _waits_for_money(page, shop, **{"Retry-After": "30"})
    page.clock.run_for(1_100)
    _until_asked(page, asked, 1)

    page.evaluate(HIDDEN)
    page.clock.run_for(10_000)
    page.evaluate(SHOWN)
    page.clock.run_for(15_000)
    page.wait_for_timeout(100)
    assert len(asked) == 1

    page.evaluate(HIDDEN)
    page.clock.run_for(60_000)
    page.wait_for_timeout(100)
    assert len(asked) == 1
    page.evaluate(SHOWN)
    page.clock.run_for(10)
    _until_asked(page, asked, 2)


def _until_asked(page: Page, asked: list[str], times: int) -> None:
    """Wait until the page asked so often: a busy machine is late, by the clock on the wall."""
    for _ in range(int(PATIENCE / 0.1)):
        if len(asked) >= times:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(100)  # and has read the answer
    assert len(asked) == times


def _waits_for_money(page: Page, shop: LinkShop, **headers: str) -> list[str]:
    """Open a waiting page under a clock that the test moves; return the list of its polls."""
    asked: list[str] = []

    def nothing_new(route: Route) -> None:
        asked.append(route.request.url)
        body: dict[str, Any] = {"final": False, "order": {"status": "pending"}}
        route.fulfill(json=body, headers=headers)

    page.route(POLLS, nothing_new)
    page.goto(f"{shop.service.url}/links/mug")
    page.clock.install()
    page.goto(f"{shop.service.url}/links/return")
    page.clock.pause_at(page.evaluate("Date.now() + 1"))
    page.reload()
    sees(page, "unpaid")
    asked.clear()
    return asked


def test_every_page_of_the_way_is_accessible_and_fits(
    shop: LinkShop, page: Page, snap: Snap
) -> None:
    axe = Axe()

    def look(name: str) -> None:
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 740})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = axe.run(page)
            assert found.violations_count == 0, f"{name} {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            snap(page, f"links-{name}-{scheme}-{width}")

    page.goto(f"{shop.service.url}/links/return")
    sees(page, "checking")
    look("checking")
    page.goto(shop.service.url)
    look("storefront")
    choose(page, shop, "Mug")
    page.goto(f"{shop.service.url}/links/return")
    sees(page, "unpaid")
    look("unpaid")
    page.goto(f"{shop.service.url}/links/print")
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")
    pay(page)
    sees(page, "paid")
    look("paid")


def test_a_link_that_is_closed_says_so_at_stripe(
    shop: LinkShop, page: Page, complaints: Complaints
) -> None:
    complaints.expected.append("status of 410")
    shop.stripe_post("/v1/payment_links/plink_pair", active="false")

    page.goto(f"{shop.service.url}/links/pair")

    shop.stripe_post("/v1/payment_links/plink_pair", active="true")
    assert page.url.startswith(link_url(shop.sandbox.url, "pair"))
    expect(page.get_by_text("no longer active")).to_be_visible()
