"""One exchange ends on time, whatever trickles, and its thread is free for the next."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

from checkout_service.domain.ports.notify import Delivered, Failed
from checkout_service.merchant_gateway import MerchantReceiver, NetworkProbe, safe_session
from checkout_service.merchant_gateway.receiver import EXCHANGE_SECONDS
from tests.support.merchant import SECRET
from tests.support.patience import PATIENCE
from tests.support.trickling import WAYS, trickling

IN_ALL = 0.4


def timed(act: Callable[[], object]) -> tuple[object, float]:
    began = time.monotonic()
    done = act()
    return done, time.monotonic() - began


@pytest.mark.parametrize("way", WAYS)
def test_a_trickling_answer_is_cut_at_the_deadline(way: str) -> None:
    session = safe_session(allow_private=True)

    with trickling(way) as url:
        receiver = MerchantReceiver(url, (SECRET,), session, exchange_seconds=IN_ALL)
        outcome, took = timed(lambda: receiver.send("msg_1", "{}"))
    session.close()

    # A status that came is an answer, however its body goes on.
    assert outcome == (Delivered() if way == "body" else Failed("ReadTimeout"))
    assert IN_ALL * 0.9 < took < PATIENCE  # uncut it never ends


def test_an_exchange_takes_no_longer_than_the_contract_says() -> None:
    assert EXCHANGE_SECONDS == 13


@pytest.mark.parametrize("way", WAYS)
def test_doctors_probe_ends_on_time_too(way: str) -> None:
    probe = NetworkProbe(exchange_seconds=IN_ALL)

    with trickling(way) as url:
        told, took = timed(lambda: probe.asks_after_us(url))

    assert told == "does not answer (no answer in time)"
    assert took < PATIENCE


def test_a_connection_that_comes_too_late_is_let_go() -> None:
    """Looking up a name is bounded by nobody: nothing is sent after the deadline."""
    with trickling("body") as url, requests.Session() as session:
        receiver = MerchantReceiver(url, (SECRET,), session, exchange_seconds=0)
        session.mount("http://", safe_session(allow_private=True).adapters["http://"])
        outcome = receiver.send("msg_1", "{}")

    assert outcome == Failed("ConnectTimeout")
