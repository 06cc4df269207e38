"""The pages in a real browser: they keep themselves up to date, for everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect
from werkzeug.serving import make_server

from tests.support.browser import Complaints, Look
from tests.support.stage import Stage
from tests.web import standings as reach
from tests.web.conftest import MakeApp
from tests.web.trouble import no_database

HOSTED = "**/c/pay/**"  # Stripe's page; nothing listens there
STANDINGS = {
    "unpaid": reach.pending,
    "processing": reach.processing,
    "paid": reach.paid_with_extras,
    "refunded": reach.refunded,
    "failed": reach.failed,
    "expired": reach.expired,
    "checking": reach.paid_otherwise,
}


@dataclass
class OneAtATime:
    """A stage is for one thread: whoever moves it holds the lock, and so does each request."""

    app: Flask
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with self.lock:
            answer = self.app.wsgi_app(environ, start_response)
            body = b"".join(answer)
            getattr(answer, "close", lambda: None)()
        return [body]


@dataclass
class Live:
    """An application on a port of its own, and what may be done while nobody is served."""

    url: str
    still: threading.Lock


def serving(app: Flask) -> Iterator[Live]:
    gate = OneAtATime(app)
    server = make_server("127.0.0.1", 0, gate, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.port}", gate.lock)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    yield from serving(app)


class Polls:
    """How often the page asked the API."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        self.count += "/api/v1/" in request.url


def test_a_page_that_waits_becomes_the_paid_page_by_itself(
    live: Live, shop: Stage, page: Page
) -> None:
    bought = reach.pending(shop)
    polls = Polls(page)
    page.goto(f"{live.url}/checkout/success?session_id={bought.session}")
    page.evaluate("window.neverReloaded = true")
    expect(page.locator("main")).to_have_attribute("data-state", "unpaid")

    with live.still:
        shop.pays(bought)
        shop.delivers()

    expect(page.locator("main")).to_have_attribute("data-state", "paid")
    expect(page.locator("h1")).to_have_text("Paid. Thank you!")
    expect(page.locator("#announcer")).to_have_text("Paid. Thank you!")
    assert "Paid" in page.title()
    assert page.evaluate("window.neverReloaded") is True
    asked = polls.count
    page.wait_for_timeout(2500)
    assert polls.count == asked


def test_a_page_follows_every_step(live: Live, shop: Stage, page: Page) -> None:
    bought = reach.pending(shop)
    page.goto(f"{live.url}/orders/{bought.order}")
    with live.still:
        shop.pays(bought, reach.ACCOUNT_CLOSED)
        shop.delivers()
    expect(page.locator("main")).to_have_attribute("data-state", "processing")
    with live.still:
        shop.advance(600)
        shop.delivers()
    expect(page.locator("main")).to_have_attribute("data-state", "failed")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_page_waits_as_long_as_it_is_told(
    make_app: MakeApp, shop: Stage, page: Page, complaints: Complaints
) -> None:
    complaints.expected.append("status of 429")
    for live in serving(make_app(poll_rate_limit="1 per hour")):
        polls = Polls(page)

        page.goto(f"{live.url}/orders/{shop.buys().order}")
        page.wait_for_timeout(4500)

        assert polls.count == 1


def test_a_hidden_page_asks_nobody_until_it_is_seen_again(
    live: Live, shop: Stage, page: Page
) -> None:
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {get: () => window.isHidden !== false})"
    )
    polls = Polls(page)
    page.goto(f"{live.url}/orders/{shop.buys().order}")
    page.wait_for_timeout(2500)
    assert polls.count == 0

    with page.expect_request("**/api/v1/**"):
        page.evaluate(
            "window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))"
        )


def test_a_server_that_stumbles_is_asked_again(
    live: Live, shop: Stage, page: Page, complaints: Complaints
) -> None:
    complaints.expected.append("status of 503")
    bought = reach.pending(shop)
    page.goto(f"{live.url}/orders/{bought.order}")
    with no_database(shop), page.expect_response(lambda answer: answer.status == 503):
        pass

    with live.still:
        shop.pays(bought)
        shop.delivers()

    expect(page.locator("main")).to_have_attribute("data-state", "paid")


def test_without_javascript_the_page_updates_itself_too(
    live: Live, shop: Stage, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    bought = reach.pending(shop)
    page.goto(f"{live.url}/checkout/success?session_id={bought.session}")

    with live.still:
        shop.pays(bought)
        shop.delivers()

    expect(page.locator("main")).to_have_attribute("data-state", "paid")
    context.close()


def test_buying_works_without_javascript(live: Live, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live.url)
    with page.expect_request(HOSTED):
        page.click("button >> nth=0")
    context.close()


def test_a_double_click_is_one_order(live: Live, shop: Stage, page: Page) -> None:
    page.goto(live.url)

    with page.expect_request(HOSTED):
        page.dblclick("button >> nth=0")
    tab = page.context.new_page()
    tab.goto(live.url)
    with tab.expect_request(HOSTED):
        tab.click("button >> nth=0")

    opened = shop.writes("/v1/checkout/sessions")
    assert len(opened) <= 2
    assert len({call.params["metadata[order_id]"] for call in opened}) == len(opened)


def test_a_keyboard_is_enough_to_buy(live: Live, shop: Stage, page: Page) -> None:
    page.goto(live.url)

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("name", "quantity")
    page.keyboard.press("ArrowUp")
    with page.expect_request(HOSTED):
        page.keyboard.press("Enter")

    (call,) = shop.writes("/v1/checkout/sessions")
    assert call.params["line_items[0][quantity]"] == "2"


def test_the_api_can_be_read_under_the_strict_policy(live: Live, page: Page) -> None:
    page.goto(f"{live.url}/api/docs")

    expect(page.get_by_text("/api/v1/checkout-sessions", exact=True)).to_be_visible()


def test_every_page_is_accessible_and_fits(
    live: Live, shop: Stage, look: Look, complaints: Complaints
) -> None:
    complaints.expected.append("status of 404")
    look("storefront", f"{live.url}/")
    look("missing", f"{live.url}/checkout/success?session_id=cs_test_nobodys")
    for name, reached in STANDINGS.items():
        with live.still:
            bought = reached(shop, reach.SESSION)
        look(name, f"{live.url}/orders/{bought.order}")
        if name in ("unpaid", "expired"):
            look(f"left {name}", f"{live.url}/checkout/cancel?order={bought.order}")


def test_a_button_on_another_site_buys_once(make_app: MakeApp, shop: Stage, page: Page) -> None:
    """The script for plain sites: no code of one's own, no call before somebody presses."""
    site, pay = Flask("site"), {"url": ""}

    @site.get("/")
    def _page() -> str:
        return (
            f'<!doctype html><title>Site</title><script src="{pay["url"]}/static/checkout.js">'
            '</script><button data-checkout-price="poster-usd" data-checkout-quantity="3">Buy'
            "</button>"
        )

    with contextmanager(serving)(site) as there:
        app = make_app(allowed_origins=there.url)
        with contextmanager(serving)(app) as ours:
            pay["url"] = ours.url
            page.goto(there.url)
            assert shop.calls() == []
            with page.expect_request(HOSTED):
                page.dblclick("button")

    (call,) = shop.writes("/v1/checkout/sessions")
    assert call.params["line_items[0][quantity]"] == "3"
