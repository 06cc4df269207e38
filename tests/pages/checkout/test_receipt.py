"""What a buyer in a browser is shown of receipt and invoice: read by everybody, and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Look
from tests.support.on_stage import app_on
from tests.support.patience import PATIENCE
from tests.support.served import served
from tests.support.stage import Stage
from tests.support.stage.catalog import catalog_text

INVOICED = """
[checkout.session]
invoice_creation = { enabled = true }
"""

WORDS = {
    "de": "Beleg Rechnung Rechnung als PDF",
    "fr": "Reçu Facture Facture en PDF",
    "es": "Recibo Factura Factura en PDF",
}


@pytest.fixture
def paid(database_url: str, tmp_path: Path, page: Page) -> Iterator[str]:
    """Have this browser buy and pay, and the webhook come first; lend its order's address."""
    with (
        Stage(database_url, catalog=INVOICED + catalog_text()) as stage,
        served(lambda url: app_on(stage, tmp_path, public_base_url=url)) as (url, _app),
    ):
        form: dict[str, str | float | bool] = {"price": "poster-usd", "quantity": "2"}
        answer = page.request.post(f"{url}/checkout", form=form, max_redirects=0)
        (session,) = set(re.findall(r"cs_test_\w+", answer.headers["location"]))
        stage.pays(session)
        stage.delivers("checkout.session.completed")
        yield f"{url}/checkout/success?session_id={session}"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_receipt_and_invoice_are_links_that_fit_a_phone(paid: str, page: Page, look: Look) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(paid, timeout=PATIENCE * 1000)

    for name in ("Receipt", "Invoice", "Invoice as PDF"):
        link = page.get_by_role("link", name=name, exact=True)
        expect(link).to_be_visible()
        link.focus()
        expect(link).to_be_focused()
    expect(page.locator(".papers")).to_have_text("Receipt Invoice Invoice as PDF")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    look.takes(page.context.cookies())
    look("receipt", paid)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_they_are_named_in_the_buyers_language(paid: str, page: Page) -> None:
    for locale, words in WORDS.items():
        page.set_extra_http_headers({"Accept-Language": locale})
        page.goto(paid, timeout=PATIENCE * 1000)
        expect(page.locator(".papers")).to_have_text(words)
