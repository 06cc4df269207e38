"""A real Chromium for pytest-playwright; a page that complains or calls abroad fails its test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Route

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
