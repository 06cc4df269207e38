"""One sandbox and one small shop for the whole folder, both in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from stripe_sandbox.report.doors import Create, Fulfilled
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.ground import Ground
from stripe_sandbox.report.sender import Sender
from tests.sandbox.report.serving import serving
from tests.sandbox.report.shop import OTHER, SECRET, Shop


@pytest.fixture(scope="package")
def ground() -> Iterator[Ground]:
    running = Ground(port=0)
    yield running
    running.close()


@pytest.fixture(scope="package")
def open_shop(ground: Ground) -> Iterator[Shop]:
    shop = Shop(ground.url)
    with serving(shop.app) as shop.url:
        yield shop


@pytest.fixture
def shop(open_shop: Shop) -> Iterator[Shop]:
    """The shop, right again after each test."""
    yield open_shop
    open_shop.wrong.clear()


@pytest.fixture(scope="package")
def new_examiner(ground: Ground, open_shop: Shop) -> Callable[[], Examiner]:
    """Make somebody who uses every door; what the shop does, it has done when it answers."""
    return lambda: Examiner(
        Sender(f"{open_shop.url}/webhook", [SECRET, OTHER]),
        ground,
        Create(f"{open_shop.url}/buy"),
        Fulfilled(f"{open_shop.url}/orders/{{id}}"),
        patience=0.1,
        settling=0.0,
    )


@pytest.fixture
def examiner(new_examiner: Callable[[], Examiner], shop: Shop) -> Examiner:
    return new_examiner()
