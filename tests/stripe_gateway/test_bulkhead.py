"""How many calls to Stripe are in flight at once, and who waits for a slot."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from checkout_service.domain.errors import StripeUnavailable
from checkout_service.stripe_gateway.bulkhead import Bulkhead
from tests.support.running_stack import until

LONG = 60.0  # seconds: nobody reaches it


def test_a_rush_waits_its_moment_and_nobody_is_refused() -> None:
    bulkhead = Bulkhead(3, LONG)
    counted, lock = {"now": 0, "most": 0}, threading.Lock()

    def call(_place: int) -> bool:
        with bulkhead.slot():
            with lock:
                counted["now"] += 1
                counted["most"] = max(counted["most"], counted["now"])
            time.sleep(0.005)
            with lock:
                counted["now"] -= 1
        return True

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(call, range(60)))
    assert counted == {"now": 0, "most": 3}


def test_while_a_call_hangs_the_next_is_refused() -> None:
    bulkhead = Bulkhead(2, 0.05)
    with bulkhead.slot():
        time.sleep(0.1)
        with bulkhead.slot():  # there is room yet, whatever the other does
            assert _refused(bulkhead).retry_after == 1


def test_who_waits_is_refused_when_the_call_before_turns_out_to_hang() -> None:
    bulkhead = Bulkhead(1, 0.2)
    with bulkhead.slot():
        assert not _refused(bulkhead).indeterminate  # nothing was sent


def test_a_slot_that_is_given_back_goes_to_who_waits_for_it() -> None:
    bulkhead, inside, enough = Bulkhead(1, LONG), threading.Event(), threading.Event()

    def hold() -> None:
        with bulkhead.slot():
            inside.set()
            enough.wait(LONG)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(LONG)
    threading.Timer(0.05, enough.set).start()

    with bulkhead.slot():
        assert enough.is_set()
    holder.join()


def test_once_calls_are_slow_few_wait_for_a_slot() -> None:
    bulkhead = Bulkhead(12, 10 * LONG, 0.2)

    def wait(_place: int) -> bool:
        with bulkhead.slot():
            return True

    with ThreadPoolExecutor(5) as pool, ExitStack() as slow:
        for _ in range(12):
            slow.enter_context(bulkhead.slot())
        waiting = [pool.submit(wait, place) for place in range(5)]
        until(lambda: sum(one.done() for one in waiting) == 3, what="those who are too many")
        assert _refused(bulkhead).retry_after == 1
        slow.close()
        assert sum(one.exception(LONG) is None for one in waiting) == 2


def test_a_call_that_fails_gives_its_slot_back() -> None:
    bulkhead = Bulkhead(1, 0.0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), bulkhead.slot():
            raise ZeroDivisionError


def _refused(bulkhead: Bulkhead) -> StripeUnavailable:
    with pytest.raises(StripeUnavailable) as refusal, bulkhead.slot():
        pass
    return refusal.value
