"""Pages in a real browser: every look of a page checked by axe, and a camera for who wants it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.browser import Complaints

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (360, 1280)]
Snap = Callable[[Page, str], None]
Look = Callable[..., None]


@pytest.fixture(scope="session")
def snap() -> Snap:
    """Save a whole page as a picture where SCREENSHOTS names a folder; else do nothing."""
    folder = os.environ.get("SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def look(browser: Browser, complaints: Complaints, snap: Snap, *, full: bool) -> Iterator[Look]:
    """Open a page in every look; it must be accessible, fit, and complain of nothing.

    The short version takes both schemes and both widths once; --full, and a camera, all four.
    """
    axe = Axe()
    pages: list[tuple[str, int, Page]] = []
    for scheme, width in LOOKS if full or "SCREENSHOTS" in os.environ else LOOKS[1:3]:
        context = browser.new_context(
            viewport={"width": width, "height": 740},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        complaints.watch(context)
        pages.append((scheme, width, context.new_page()))

    def see(name: str, url: str, *, ready: str = "main") -> None:
        for scheme, width, page in pages:
            page.goto(url, wait_until="networkidle")
            page.locator(ready).wait_for()
            found = axe.run(page)
            assert found.violations_count == 0, f"{name} {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            snap(page, f"{name}-{scheme}-{width}")

    yield see
    for _, _, page in pages:
        page.context.close()
    assert complaints.left() == []
