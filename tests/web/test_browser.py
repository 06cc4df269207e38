"""The pages in a real browser: they keep themselves up to date, for everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect
from werkzeug.serving import make_server

from checkout_service.domain.status import OrderStatus
from tests.support.browser import Complaints
from tests.web.fakes import FakeShop, an_order

S = OrderStatus
PAID: dict[str, Any] = {"status": S.PAID, "fulfilled": True, "amount_paid": 5000}
STATES: dict[str, dict[str, Any]] = {
    "unpaid": {},
    "processing": {"status": S.PROCESSING},
    "paid": PAID | {"amount_discount": 500, "amount_tax": 300, "amount_shipping": 490},
    "refunded": PAID | {"status": S.REFUNDED, "amount_refunded": 5000},
    "failed": {"status": S.FAILED},
    "expired": {"status": S.EXPIRED},
    "checking": {"status": S.PAID, "holds": ("amount_mismatch",)},
}


@pytest.fixture
def live(app: Flask, shop: FakeShop) -> Iterator[str]:
    """Serve the application on a port of its own; Stripe's page is a page of ours."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    shop.pay_page = f"{url}/healthz?"
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


class Polls:
    """How often the page asked the API."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        self.count += "/api/v1/" in request.url


def test_a_page_that_waits_becomes_the_paid_page_by_itself(
    live: str, shop: FakeShop, page: Page
) -> None:
    session = shop.add(an_order(status=S.PROCESSING), retry_after=1)
    polls = Polls(page)
    page.goto(f"{live}/checkout/success?session_id={session.id}")
    page.evaluate("window.neverReloaded = true")
    expect(page.locator("main")).to_have_attribute("data-state", "processing")

    shop.move(session.id, **PAID)

    expect(page.locator("main")).to_have_attribute("data-state", "paid")
    expect(page.locator("h1")).to_have_text("Paid. Thank you!")
    expect(page.locator("#announcer")).to_have_text("Paid. Thank you!")
    assert "Paid" in page.title()
    assert page.evaluate("window.neverReloaded") is True
    asked = polls.count
    page.wait_for_timeout(2500)
    assert polls.count == asked


def test_a_page_follows_every_step(live: str, shop: FakeShop, page: Page) -> None:
    session = shop.add(an_order(), retry_after=1)
    page.goto(f"{live}/orders/{session.order.id}")
    for state, changes in (
        ("processing", {"status": S.PROCESSING}),
        ("failed", {"status": S.FAILED}),
    ):
        shop.move(session.id, **changes)
        expect(page.locator("main")).to_have_attribute("data-state", state, timeout=9000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_page_waits_as_long_as_it_is_told(live: str, shop: FakeShop, page: Page) -> None:
    session = shop.add(an_order(), retry_after=30)
    polls = Polls(page)

    page.goto(f"{live}/orders/{session.order.id}")
    page.wait_for_timeout(4500)

    assert polls.count == 1


def test_a_hidden_page_asks_nobody_until_it_is_seen_again(
    live: str, shop: FakeShop, page: Page
) -> None:
    session = shop.add(an_order(), retry_after=1)
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {get: () => window.isHidden !== false})"
    )
    polls = Polls(page)
    page.goto(f"{live}/orders/{session.order.id}")
    page.wait_for_timeout(2500)
    assert polls.count == 0

    page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")

    page.wait_for_timeout(1000)
    assert polls.count >= 1


def test_a_server_that_stumbles_is_asked_again(
    live: str, shop: FakeShop, page: Page, complaints: Complaints
) -> None:
    complaints.expected.append("status of 500")
    session = shop.add(an_order(), retry_after=1)
    page.goto(f"{live}/orders/{session.order.id}")
    shop.failure = RuntimeError("restarting")
    page.wait_for_timeout(1500)

    shop.failure = None
    shop.move(session.id, **PAID)

    expect(page.locator("main")).to_have_attribute("data-state", "paid", timeout=12_000)


def test_without_javascript_the_page_updates_itself_too(
    live: str, shop: FakeShop, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    session = shop.add(an_order(status=S.PROCESSING))
    page.goto(f"{live}/checkout/success?session_id={session.id}")

    shop.move(session.id, **PAID)

    page.wait_for_selector('main[data-state="paid"]', timeout=10_000)
    context.close()


def test_buying_works_without_javascript(live: str, shop: FakeShop, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live)
    page.click("button >> nth=0")
    assert page.url.startswith(shop.pay_page)
    context.close()


def test_a_double_click_is_one_order(live: str, shop: FakeShop, page: Page) -> None:
    page.goto(live)

    page.dblclick("button >> nth=0")
    page.wait_for_url(f"{live}/healthz?**")
    page.go_back()
    page.click("button >> nth=0")
    page.wait_for_url(f"{live}/healthz?**")

    assert len(shop.sessions) <= 2
    assert len({nonce for _, nonce, _ in shop.asked}) == len(shop.sessions)


def test_a_keyboard_is_enough_to_buy(live: str, shop: FakeShop, page: Page) -> None:
    page.goto(live)

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("name", "quantity")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    page.wait_for_url(f"{live}/healthz?**")
    assert shop.asked[0][0].items[0].quantity == 2


def test_the_api_can_be_read_under_the_strict_policy(live: str, page: Page) -> None:
    page.goto(f"{live}/api/docs")

    expect(page.get_by_text("/api/v1/checkout-sessions", exact=True)).to_be_visible(timeout=15_000)


def pages_of(live: str, shop: FakeShop) -> dict[str, str]:
    paths = {"shop": "/", "missing": "/nowhere"}
    for name, changes in STATES.items():
        session = shop.add(replace(an_order(), **changes))
        paths[name] = f"/orders/{session.order.id}"
        if name in ("unpaid", "expired"):
            paths[f"left {name}"] = f"/checkout/cancel?order={session.order.id}"
    return {name: live + path for name, path in paths.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible_and_fits(
    live: str, shop: FakeShop, browser: Browser, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    axe = Axe()
    for name, url in pages_of(live, shop).items():
        page.goto(url)
        result = axe.run(page)
        assert result.violations_count == 0, f"{name}: {result.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("h1").count() == 1, name
    context.close()
