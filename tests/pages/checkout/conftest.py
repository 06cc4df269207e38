"""One shop for all pages of a module, and a camera for whoever wants to look at them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import catalog, running_shop, shop

__all__ = ["catalog", "running_shop", "shop"]

Snap = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def snap() -> Snap:
    """Save a whole page as a picture where SCREENSHOTS names a folder; else do nothing."""
    folder = os.environ.get("SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
