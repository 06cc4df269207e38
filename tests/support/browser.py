"""A real Chromium for pytest-playwright; a page that complains or calls abroad fails its test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from tests.support.patience import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)

BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser",
    "google-chrome", "google-chrome-stable",
)  # fmt: skip
_FLAGS = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-proxy-server",
)  # fmt: skip
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (320, 1280)]
Snap = Callable[[Page, str], None]


def find_browser() -> str:
    """Return the path of CHROMIUM, or of the first browser on PATH."""
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (path := shutil.which(name)):
            return path
    raise RuntimeError("No browser: install Chromium or set CHROMIUM=/path/to/it.")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": list(_FLAGS)}


class Complaints:
    """What went wrong on the pages of one test; `expected` words are let pass."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.heard.append(f"script: {error.error}"))
        context.route(_is_abroad, self._refuse)

    def left(self) -> list[str]:
        return [said for said in self.heard if not any(word in said for word in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"console: {message.text} ({message.location.get('url')})")

    def _refuse(self, route: Route) -> None:
        self.heard.append(f"abroad: {route.request.url}")
        route.abort()


def _is_abroad(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in _LOOPBACK


@pytest.fixture
def complaints() -> Complaints:
    """Add to `expected` what a test provokes on purpose, such as "status of 503"."""
    return Complaints()


@pytest.fixture
def context(context: BrowserContext, complaints: Complaints) -> Iterator[BrowserContext]:
    """The browser's context, watched: any complaint left at the end fails the test."""
    complaints.watch(context)
    yield context
    assert complaints.left() == []


@pytest.fixture(scope="session")
def snap() -> Snap:
    """Save a whole page as a picture where SCREENSHOTS names a folder; else do nothing."""
    folder = os.environ.get("SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take


class Look:
    """Opens a page in every look; it must be accessible and fit."""

    def __init__(self, pages: list[tuple[str, int, Page]], snap: Snap) -> None:
        self._pages, self._snap, self._axe = pages, snap, Axe()

    def __call__(self, name: str, url: str, *, ready: str = "main") -> None:
        for scheme, width, page in self._pages:
            page.goto(url)
            page.locator(ready).wait_for()
            found = self._axe.run(page)
            assert found.violations_count == 0, f"{name} {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert page.locator("h1").count() == 1, name
            self._snap(page, f"{name}-{scheme}-{width}")

    def takes(self, cookies: list[Any]) -> None:
        """Be whoever these cookies say, in every look."""
        for _, _, page in self._pages:
            page.context.add_cookies(cookies)


@pytest.fixture
def look(browser: Browser, complaints: Complaints, snap: Snap, *, full: bool) -> Iterator[Look]:
    """Look at pages, and hear of whatever they complain.

    The short version takes both schemes and both widths once; --full, and a camera, all four.
    """
    pages: list[tuple[str, int, Page]] = []
    for scheme, width in LOOKS if full or "SCREENSHOTS" in os.environ else LOOKS[1:3]:
        context = browser.new_context(
            viewport={"width": width, "height": 740},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        complaints.watch(context)
        pages.append((scheme, width, context.new_page()))
    yield Look(pages, snap)
    for _, _, page in pages:
        page.context.close()
    assert complaints.left() == []
