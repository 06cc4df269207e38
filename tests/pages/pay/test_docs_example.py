"""The documents' forms, on an origin of their own, against service and sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Complaints
from tests.support.running_shop import DECLINED, GOOD
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
    """Serve the documented page, its two addresses turned to the ones of this test."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        service = start_service(ALLOWED_ORIGINS=url)
        (html,) = re.findall(
            r"```html\n(.*?)```", (DOCS / f"{request.param}.md").read_text(), re.DOTALL
        )
        for documented, here in (
            ("https://js.stripe.com/endive/stripe.js", f"{sandbox.url}/stripe.js"),
            ("https://pay.example.com", service.url),
        ):
            assert html.count(documented) == 1
            html = html.replace(documented, here)
        (tmp_path / "index.html").write_text(
            html.replace("<title>", '<link rel="icon" href="data:,"><title>')
        )
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield url
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
