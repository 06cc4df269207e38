"""Pages in a real browser."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def base_url() -> None:
    """Stand in for the plugin's own, which this pytest deprecates; addresses are given whole."""
