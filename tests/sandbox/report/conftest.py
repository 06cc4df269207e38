"""One sandbox and one small shop for the whole folder, both in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from werkzeug.serving import make_server

from stripe_sandbox.report.doors import Create, Fulfilled
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.ground import Ground, _Silent
from stripe_sandbox.report.sender import Sender
from tests.sandbox.report.shop import OTHER, SECRET, Shop


@pytest.fixture(scope="package")
def ground() -> Iterator[Ground]:
    running = Ground(port=0)
    yield running
    running.close()


@pytest.fixture(scope="package")
def open_shop(ground: Ground) -> Iterator[Shop]:
    shop = Shop(ground.url)
    server = make_server("127.0.0.1", 0, shop.app, threaded=True, request_handler=_Silent)
    shop.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield shop
    server.shutdown()
    server.server_close()
    thread.join()


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
