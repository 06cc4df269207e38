"""The gateway against a Stripe that remembers: the sandbox, over HTTP, through the real SDK."""

from __future__ import annotations

import pytest

from checkout_service.stripe_gateway import StripeParts, build_stripe
from tests.support.stack import Sandbox

from .build import Stripe


@pytest.fixture
def stripe(sandbox: Sandbox) -> Stripe:
    def connect(key: str = "sk_test_contract", context: str | None = None) -> StripeParts:
        return build_stripe(
            secret_key=key, webhook_secrets=(), api_base=sandbox.url,
            take_read=lambda _urgent: None, slots=8, live=False, context=context,
        )  # fmt: skip

    return connect


@pytest.fixture
def gateway(stripe: Stripe) -> StripeParts:
    return stripe()
