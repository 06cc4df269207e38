"""Each page and state of a real order: legible, accessible, in both schemes, on both widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.shop import IBAN_BAD, IBAN_GOOD, MUG, Shop
from tests.support.browser import Complaints

from .conftest import Snap

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], scope="module")
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (360, 1280)]
Look = Callable[[str, str], None]


@pytest.fixture
def look(browser: Browser, complaints: Complaints, snap: Snap) -> Iterator[Look]:
    """Open a page in every look; it must be accessible, fit, and complain of nothing."""
    axe = Axe()
    pages: list[tuple[str, int, Page]] = []
    for scheme, width in LOOKS:
        context = browser.new_context(
            viewport={"width": width, "height": 740},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        complaints.watch(context)
        pages.append((scheme, width, context.new_page()))

    def see(name: str, url: str) -> None:
        for scheme, width, page in pages:
            page.goto(url)
            found = axe.run(page)
            assert found.violations_count == 0, f"{name} {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            snap(page, f"{name}-{scheme}-{width}")

    yield see
    for _, _, page in pages:
        page.context.close()
    assert complaints.left() == []


def _paid(shop: Shop) -> str:
    session: str = shop.open()["id"]
    shop.pays(session)
    return session


def _processing(shop: Shop) -> str:
    session: str = shop.open(MUG)["id"]
    shop.pays(session, IBAN_GOOD)
    return session


def _failed(shop: Shop) -> str:
    session: str = shop.open(MUG)["id"]
    shop.pays(session, IBAN_BAD)
    shop.settles(session, "failed")
    return session


def _expired(shop: Shop) -> str:
    session: str = shop.open()["id"]
    shop.sandbox.call("POST", f"checkout/sessions/{session}/expire")
    return session


def _checking(shop: Shop) -> str:
    session: str = shop.open()["id"]
    home = f"/v1/checkout/sessions/{session}"
    shop.faults(alter=[{"path": home, "fields": {"amount_total": 1}}])
    shop.pays(session)
    return session


STATES: dict[str, Callable[[Shop], str]] = {
    "paid": _paid,
    "processing": _processing,
    "unpaid": lambda shop: str(shop.open()["id"]),
    "failed": _failed,
    "expired": _expired,
    "checking": _checking,
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_an_order_is_accessible(shop: Shop, look: Look, state: str) -> None:
    session = STATES[state](shop)
    shop.flush()
    assert shop.success_page(session) == state

    look(state, f"{shop.service.url}/checkout/success?session_id={session}")


def test_the_shop_and_the_page_of_who_left_are_accessible(shop: Shop, look: Look) -> None:
    look("storefront", f"{shop.service.url}/")
    order = shop.open()["order"]["id"]
    look("left", f"{shop.service.url}/checkout/cancel?order={order}")


def test_the_hosted_page_and_its_challenge_fit(shop: Shop, look: Look) -> None:
    look("hosted", shop.open()["url"])


def test_what_is_not_there_is_said_so(shop: Shop, look: Look, complaints: Complaints) -> None:
    complaints.expected.append("status of 404")
    look("missing", f"{shop.service.url}/checkout/success?session_id=cs_test_nobodys")
