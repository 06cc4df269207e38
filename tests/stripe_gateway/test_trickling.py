"""A call to Stripe ends within its budget, whatever trickles."""

from __future__ import annotations

import time

import pytest
import stripe

from checkout_service.deadline import within
from checkout_service.stripe_gateway import BoundedTransport
from tests.support.patience import PATIENCE
from tests.support.trickling import WAYS, trickling

BUDGET = 0.4


@pytest.mark.parametrize("way", WAYS)
def test_a_trickling_answer_is_cut_at_the_budget(way: str) -> None:
    transport = BoundedTransport(connect_timeout=1, read_timeout=1)

    with trickling(way) as url:
        began = time.monotonic()
        with transport.within(BUDGET), pytest.raises(stripe.APIConnectionError, match="Timeout"):
            transport.request("get", url, {})
        took = time.monotonic() - began
    transport.close()

    assert BUDGET * 0.9 < took < PATIENCE  # uncut it never ends


def test_whoever_waits_for_less_is_given_less() -> None:
    transport = BoundedTransport(connect_timeout=1, read_timeout=60)

    with trickling("body") as url:
        began = time.monotonic()
        with within(BUDGET), transport.within(60), pytest.raises(stripe.APIConnectionError):
            transport.request("get", url, {})
        took = time.monotonic() - began
    transport.close()

    assert BUDGET * 0.9 < took < PATIENCE
