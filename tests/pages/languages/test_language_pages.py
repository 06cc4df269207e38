"""The buyer's pages in other languages, on a small telephone: longer words, and no overflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from checkout_service.web.pages.languages import LANGUAGES
from tests.support.album import STICKING_OUT
from tests.support.browser import Complaints, Snap
from tests.support.running_shop import Shop

WIDTH = 360
# German is the longest. The others are met on the pages with most buttons; at full length on all.
EVERYWHERE, ELSEWHERE = ("en", "de"), ("storefront", "cancel")
READY: dict[str, Literal["networkidle"]] = {"pay": "networkidle"}  # its form comes late
Reader = Callable[[str], Page]

PLACES_OF_LETTERS = """(one) => {
  const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), places = [];
  for (let text = walk.nextNode(); text; text = walk.nextNode())
    for (let at = 0; at < text.length; at += 1) {
      const letter = document.createRange();
      letter.setStart(text, at);
      letter.setEnd(text, at + 1);
      places.push(letter.getBoundingClientRect().x);
    }
  return places;
}"""


@pytest.fixture
def reader(browser: Browser, complaints: Complaints) -> Iterator[Reader]:
    """Return a page of a telephone whose owner reads a language."""
    complaints.expected.append("status of 404")
    with ExitStack() as stack:

        def begin(language: str) -> Page:
            context = browser.new_context(
                viewport={"width": WIDTH, "height": 740}, locale=language, reduced_motion="reduce"
            )
            stack.callback(context.close)
            complaints.watch(context)
            return context.new_page()

        yield begin
    assert complaints.left() == []


def addresses(shop: Shop) -> dict[str, str]:
    """Name the pages a buyer meets, one of each kind."""
    paid, waiting = shop.open(), shop.open()
    shop.pays(paid["id"])
    shop.flush()
    assert shop.success_page(paid["id"]) == "paid"
    return {
        "storefront": "/",
        "success": f"/checkout/success?session_id={paid['id']}",
        "unpaid": f"/orders/{waiting['order']['id']}",
        "cancel": f"/checkout/cancel?order={waiting['order']['id']}",
        "pay": "/pay?price=mug-eur",
        "link": "/links/return",
        "nothing": "/orders/ord_unknown",
    }


def test_every_page_fits_a_telephone_in_every_language(
    shop: Shop, reader: Reader, snap: Snap, *, full: bool
) -> None:
    pages = addresses(shop)
    for language in sorted(set(LANGUAGES) - {"ar"}):
        page = reader(language)
        for name, address in pages.items():
            if not full and language not in EVERYWHERE and name not in ELSEWHERE:
                continue
            page.goto(shop.service.url + address, wait_until=READY.get(name))
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert page.evaluate(STICKING_OUT) == [], f"{name} {language}"
            snap(page, f"{name}-{language}")


def test_a_page_that_reads_from_right_to_left_is_mirrored_and_fits(
    shop: Shop, reader: Reader, snap: Snap
) -> None:
    page, axe = reader("ar"), Axe()
    for name, address in addresses(shop).items():
        page.goto(shop.service.url + address, wait_until=READY.get(name))
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, name
        assert page.evaluate(STICKING_OUT) == [], name
        brand = page.locator(".brand").bounding_box()
        assert brand is not None
        assert brand["x"] + brand["width"] > WIDTH - 40
        snap(page, f"{name}-ar")


def test_an_amount_among_arabic_words_is_read_in_its_own_order(shop: Shop, reader: Reader) -> None:
    page = reader("ar")
    page.goto(shop.service.url)

    price = page.locator(".price").first
    text = price.text_content() or ""
    edges = price.evaluate(PLACES_OF_LETTERS)
    dollar, sign, first, last = (edges[text.index(letter)] for letter in "$U20")
    assert sign < dollar < first < last, text


def test_a_german_buyer_is_sent_to_a_german_payment_page(shop: Shop, reader: Reader) -> None:
    page = reader("de-AT")
    page.goto(shop.service.url)

    page.get_by_role("button", name="Kaufen").first.click()
    page.wait_for_url(f"{shop.sandbox.url}/c/pay/**")

    session = page.url.partition("/c/pay/")[2].partition("#")[0]
    assert shop.stripe(f"/v1/checkout/sessions/{session}")["locale"] == "de"
