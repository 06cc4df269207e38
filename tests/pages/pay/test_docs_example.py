"""The documents' forms, on an origin of their own, against service and sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Complaints
from tests.support.running_shop import ASKS, DECLINED, GOOD, MUG
from tests.support.running_stack import http, until
from tests.support.stack import Sandbox, StartService

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

DOCS = Path(__file__).parents[3] / "docs" / "frontend"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(params=["payment-element", "own-pages"])
def shop_url(
    request: pytest.FixtureRequest, start_service: StartService, sandbox: Sandbox, tmp_path: Path
) -> Iterator[str]:
    with serving(request.param, start_service, sandbox, tmp_path) as (url, _):
        yield url


@pytest.fixture
def busy_shop(
    start_service: StartService, sandbox: Sandbox, tmp_path: Path
) -> Iterator[tuple[str, str]]:
    """Serve the page with the Payment Element, and a service that lets in few orders."""
    few = {"CREATE_RATE_LIMIT": "1 per 6 seconds"}  # longer than a busy machine takes to ask twice
    with serving("payment-element", start_service, sandbox, tmp_path, **few) as urls:
        yield urls


@contextmanager
def serving(
    document: str, start_service: StartService, sandbox: Sandbox, folder: Path, **settings: str
) -> Iterator[tuple[str, str]]:
    """Serve a documented page, its two addresses turned to this test's; say both."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        service = start_service(ALLOWED_ORIGINS=url, **settings)
        (html,) = re.findall(r"```html\n(.*?)```", (DOCS / f"{document}.md").read_text(), re.DOTALL)
        for documented, here in (
            ("https://js.stripe.com/endive/stripe.js", f"{sandbox.url}/stripe.js"),
            ("https://pay.example.com", service.url),
        ):
            assert html.count(documented) == 1
            html = html.replace(documented, here)
        (folder / "index.html").write_text(
            html.replace("<title>", '<link rel="icon" href="data:,"><title>')
        )
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield url, service.url
        server.shutdown()
        thread.join()


def test_the_documented_form_takes_another_card_after_a_decline(
    shop_url: str, page: Page, complaints: Complaints
) -> None:
    complaints.expected.append("status of 402")
    page.goto(shop_url)
    form = page.frame_locator("iframe")
    expect(page.locator("#pay")).to_be_enabled()
    if page.locator("#email").count():
        page.fill("#email", "buyer@example.com")
    for name, value in (("number", DECLINED), ("expiry", "12 / 40"), ("cvc", "123")):
        form.locator(f"input[name={name}]").fill(value)
    page.click("#pay")
    expect(page.locator("#fault")).to_contain_text("declined")

    form.locator("input[name=number]").fill(GOOD)
    page.click("#pay")

    expect(page.locator("#state")).to_have_text("paid")
    assert "secret" not in page.url


def test_a_reload_of_the_documented_form_is_the_same_order(
    shop_url: str, page: Page, sandbox: Sandbox
) -> None:
    for _ in range(2):
        page.goto(shop_url)
        expect(page.locator("#pay")).to_be_enabled()

    calls = sandbox.call("GET", "requests")["data"]
    opening = ("/v1/payment_intents", "/v1/checkout/sessions")
    assert len([c for c in calls if c["method"] == "POST" and c["path"] in opening]) == 1


def test_the_documented_form_is_there_again_after_a_canceled_redirect_and_a_canceled_intent(
    busy_shop: tuple[str, str], page: Page, sandbox: Sandbox, complaints: Complaints
) -> None:
    site, service = busy_shop
    complaints.expected.append("status of 429")

    def come_second(route: Route) -> None:
        use_up(service)
        route.continue_()

    page.route(f"{service}/api/v1/payment-intents", come_second, times=1)
    with page.expect_response(lambda answer: answer.status == 429):
        page.goto(site)
    types(page, ASKS)
    page.click("#pay")
    page.click("#fail")
    expect(page.locator("#fault")).to_contain_text("not paid")
    expect(page.locator("#pay")).to_be_enabled()
    assert page.url == f"{site}/"
    order = page.evaluate("sessionStorage.order")
    (first,) = intents(sandbox, order)
    asks(sandbox, "POST", f"payment_intents/{first}/cancel")

    page.goto(f"{site}/?payment_intent={first}")
    types(page, GOOD)
    page.click("#pay")

    expect(page.locator("#state")).to_have_text("paid")
    assert len(intents(sandbox, order)) == 2


def test_a_buyer_whose_order_was_just_looked_at_is_not_sent_back_to_the_documented_form(
    busy_shop: tuple[str, str], page: Page, sandbox: Sandbox
) -> None:
    site, service = busy_shop
    sandbox.call("PUT", "faults", {"webhooks": {"drop": 1}})
    page.goto(site)
    types(page, GOOD)
    (intent,) = intents(sandbox, page.evaluate("sessionStorage.order"))
    assert http().get(f"{service}/api/v1/payment-intents/{intent}", timeout=60).ok

    page.click("#pay")

    expect(page.locator("#state")).to_have_text("paid")
    expect(page.locator("#fault")).to_have_text("")


def types(page: Page, number: str) -> None:
    expect(page.locator("#pay")).to_be_enabled()
    for name, value in (("number", number), ("expiry", "12 / 40"), ("cvc", "123")):
        page.frame_locator("iframe").locator(f"input[name={name}]").fill(value)


def use_up(service: str) -> None:
    """Be the stranger who takes what is left of this moment's orders."""
    url = f"{service}/api/v1/payment-intents"
    until(lambda: http().post(url, json=MUG, timeout=60).ok, what="an order that is let in")


def intents(sandbox: Sandbox, order: str) -> list[str]:
    listed = asks(sandbox, "GET", "payment_intents?limit=100")["data"]
    return [one["id"] for one in listed if one["metadata"]["order_id"] == order]


def asks(sandbox: Sandbox, method: str, path: str) -> Any:
    key = {"Authorization": "Bearer sk_test_docs"}
    answer = http().request(method, f"{sandbox.url}/v1/{path}", headers=key, timeout=60)
    answer.raise_for_status()
    return answer.json()
