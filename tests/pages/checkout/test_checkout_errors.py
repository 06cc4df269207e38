"""What answers a form when it cannot lead to Stripe: a page that says why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Complaints, Snap
from tests.support.ports import free_port
from tests.support.running_shop import Shop
from tests.support.service import Service

SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


@pytest.fixture
def strict(shop: Shop, tmp_path: Path) -> Iterator[Service]:
    """The same shop on another port, patient with one order a minute."""
    port = str(free_port())
    env = {"PORT": port, "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
    service = Service(tmp_path, shop.service.env | env | {"CREATE_RATE_LIMIT": "1 per hour"})
    service.start_web()
    yield service
    service.stop()


@pytest.fixture
def buyer(page: Page) -> Page:
    page.set_viewport_size({"width": 360, "height": 740})
    return page


def press_buy(page: Page, url: str) -> int:
    """Press Buy on the storefront; return the answer's status."""
    page.goto(url)
    with page.expect_response("**/checkout") as answered:
        page.get_by_role("article", name="Poster").get_by_role("button", name="Buy").click()
    page.wait_for_load_state()
    return answered.value.status


def is_accessible(page: Page, snap: Snap, name: str) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("h1").count() == 1
        snap(page, f"{name}-{scheme}")


def test_stripe_down_is_a_page_with_a_way_on(
    shop: Shop, buyer: Page, complaints: Complaints, snap: Snap
) -> None:
    complaints.expected.append("status of 503")
    rule = {"method": "POST", "path": "/v1/", "kind": "rate_limit", "probability": 1.0}
    shop.faults(api=[rule])

    assert press_buy(buyer, shop.service.url) == 503

    is_accessible(buyer, snap, "error-503")
    shop.no_faults()
    buyer.get_by_role("button", name="Try again").click()
    buyer.wait_for_url(f"{shop.sandbox.url}/c/pay/**")


def test_too_many_orders_at_once_are_asked_to_wait(
    strict: Service, buyer: Page, complaints: Complaints, snap: Snap
) -> None:
    complaints.expected.append("status of 429")
    press_buy(buyer, strict.url)

    assert press_buy(buyer, strict.url) == 429

    expect(buyer.locator("h1")).to_have_text("One moment, please")
    is_accessible(buyer, snap, "error-429")


def test_a_form_on_another_site_places_no_order(
    shop: Shop, buyer: Page, complaints: Complaints, snap: Snap
) -> None:
    complaints.expected.append("status of 403")
    action = f"{shop.service.url}/checkout"
    body = f'<form method="post" action="{action}"><input name="price" value="poster-usd">'

    def trap(route: Route) -> None:
        route.fulfill(body=f"{body}<button>Win a prize</button></form>", content_type="text/html")

    buyer.route("http://localhost/trap", trap)
    buyer.goto("http://localhost/trap")
    with buyer.expect_response(action) as answered:
        buyer.get_by_role("button").click()
    buyer.wait_for_load_state()

    assert answered.value.status == 403
    is_accessible(buyer, snap, "error-403")
