"""A real receiver over real HTTP, and an outbox on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.merchant import Merchant, running_merchant
from tests.support.outbox import Outbox, open_outbox


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with running_merchant() as server:
        yield server


@pytest.fixture
def outbox(database_url: str, merchant: Merchant) -> Iterator[Outbox]:
    opened = open_outbox(database_url, merchant)
    yield opened
    opened.close()
