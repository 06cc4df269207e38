"""Many pages that poll at once hold no thread: who finds the reads spent is told what is known.

Nor do they wait for whoever settles the order right now. A buyer who comes back waits for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from checkout_service.domain.errors import NotFound
from tests.support.stage import Stage
from tests.support.stage.steps import Step

# SQLite has one writer.
POSTGRESQL = pytest.mark.parametrize("stage_kind", ["postgresql"])


def test_pages_that_poll_wait_for_no_turn(stage: Stage) -> None:
    orders = [stage.buys() for _ in range(40)]
    stage.advance(60)
    reads: list[str] = []

    def count(step: Step) -> None:
        if step.call is not None and step.moment == "before":
            reads.append(step.call.path)

    stage.told_of(count)
    before = stage.now

    answers = [stage.returns(bought) for bought in orders]

    assert stage.now == before
    assert {answer.order.status.value for answer in answers} == {"pending"}
    assert 1 <= len(reads) < 10


def test_a_buyer_who_comes_back_waits_for_a_turn(stage: Stage) -> None:
    crowd = [stage.buys() for _ in range(10)]
    mine = stage.buys()
    stage.pays(mine)
    stage.drops()
    stage.advance(60)
    for bought in crowd:
        stage.returns(bought)

    answer = stage.returns(mine, wait=True)

    assert answer.order.status.value == "paid"


@contextmanager
def somebody_settling(stage: Stage) -> Iterator[None]:
    """Hold every order as whoever settles them does."""
    with stage.engine.begin() as settling:
        settling.execute(text("SELECT id FROM orders FOR NO KEY UPDATE"))
        yield


@POSTGRESQL
def test_a_page_that_polls_is_told_what_is_known_of_an_order_that_is_held(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    stage_on.returns(stage_on.buys())  # the very first read of all is booked apart
    stage_on.advance(60)

    with somebody_settling(stage_on):
        answer = stage_on.returns(bought)

    assert (answer.order.status.value, answer.retry_after) == ("pending", 1)


@POSTGRESQL
def test_a_buyer_who_is_back_waits_for_whoever_holds_the_order(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    stage_on.returns(stage_on.buys())
    stage_on.advance(60)

    with ThreadPoolExecutor(1) as buyer:
        with somebody_settling(stage_on):
            back = buyer.submit(stage_on.returns, bought, wait=True)
            with pytest.raises(TimeoutError):
                back.result(timeout=0.5)

        assert back.result(timeout=60).order.status.value == "paid"


def test_who_asks_for_a_sessions_intent_is_told_nothing_and_stripe_is_not_asked(
    stage: Stage,
) -> None:
    bought = stage.buys()
    stage.pays(bought)
    intent = stage.stripe("GET", f"/v1/checkout/sessions/{bought.session}")["payment_intent"]
    stage.delivers()
    with stage.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET status = 'pending'"))
    calls = len(stage.wire.calls)

    with pytest.raises(NotFound):
        stage.returns(str(intent))

    assert len(stage.wire.calls) == calls
