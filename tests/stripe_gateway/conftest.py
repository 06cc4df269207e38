"""A gateway in front of a scripted server, and the reads it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from checkout_service.stripe_gateway import StripeParts, build_stripe
from tests.stripe_gateway.stub_stripe import StubStripe, running_stub

SECRETS = ("whsec_first", "whsec_second")


@pytest.fixture
def stub() -> Iterator[StubStripe]:
    with running_stub() as server:
        yield server


@pytest.fixture
def reads() -> list[bool]:
    """Every read taken: whether it was urgent."""
    return []


@pytest.fixture
def build(stub: StubStripe, reads: list[bool]) -> Callable[..., StripeParts]:
    def make(slots: int = 8, read_timeout: float = 1.0) -> StripeParts:
        return build_stripe(
            secret_key="sk_test_123",
            webhook_secrets=SECRETS,
            api_base=stub.url,
            take_read=reads.append,
            slots=slots,
            live=False,
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )

    return make


@pytest.fixture
def gateway(build: Callable[..., StripeParts]) -> StripeParts:
    return build()
