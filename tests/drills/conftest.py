"""Fixtures of the drills: everything real, twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.merchant import SECRET, Merchant, running_merchant
from tests.support.running_stack import Stack
from tests.support.stack import Sandbox, StartService

MakeStack = Callable[..., Stack]


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with running_merchant() as running:
        yield running


@pytest.fixture
def make_stack(sandbox: Sandbox, start_service: StartService, merchant: Merchant) -> MakeStack:
    """Start two services of two workers each, and two worker processes, on one database."""

    def make(**settings: str) -> Stack:
        common = {
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "16",
            "SWEEP_INTERVAL_SECONDS": "2",
            "NOTIFY_URL": merchant.url,
            "NOTIFY_SECRET": SECRET,
            "NOTIFY_ALLOW_PRIVATE": "1",
        } | settings
        services = [start_service(worker=True, **common) for _ in range(2)]
        return Stack(sandbox, services, merchant)

    return make
