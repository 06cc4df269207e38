"""A merchant's backend, and a receiver that sends to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from checkout_service.merchant_gateway import MerchantReceiver, safe_session
from tests.support.merchant import OLD_SECRET, SECRET, Merchant, running_merchant


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with running_merchant() as server:
        yield server


@pytest.fixture
def receiver_at() -> Iterator[Callable[..., MerchantReceiver]]:
    session = safe_session(allow_private=True)

    def make(url: str, read_seconds: float = 2.0) -> MerchantReceiver:
        return MerchantReceiver(url, (SECRET, OLD_SECRET), session, read_seconds=read_seconds)

    yield make
    session.close()


@pytest.fixture
def receiver(merchant: Merchant, receiver_at: Callable[..., MerchantReceiver]) -> MerchantReceiver:
    return receiver_at(merchant.url)
