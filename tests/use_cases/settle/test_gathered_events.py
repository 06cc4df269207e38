"""Webhooks that come together are settled together, and each of them is still its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from checkout_service.domain.errors import DatabaseUnavailable
from stripe_sandbox.by_hand import body_of
from tests.support import pgbouncer
from tests.support.databases import Databases
from tests.support.stage import Bought, Killed, Stage, Step, writing

GIVEN = text("SELECT count(*) FROM transitions WHERE order_id = :order AND reason = 'fulfilled'")


def paid(stage: Stage, count: int) -> tuple[list[Bought], list[Any]]:
    """Sell and pay so many orders; return them and the events that tell of them."""
    bought = [stage.buys() for _ in range(count)]
    for one in bought:
        stage.pays(one)
    return bought, stage.events("checkout.session.completed")


def arrive(stage: Stage, first: Any, others: list[Any]) -> list[Future[None]]:
    """Have the first event at work until all the others wait; return what became of each."""
    receive = stage.use_cases.receive_event
    receive.gathering.patience = 60.0
    leads = threading.Event()

    def waits() -> None:
        leads.set()
        until = time.monotonic() + 30
        while receive.gathering.waiting < len(others) and time.monotonic() < until:
            time.sleep(0.002)

    def take(event: Any) -> None:
        body = body_of(event)
        receive.receive(body, stage.signature(body))

    stage.meanwhile(writing("begins"), waits)
    with ThreadPoolExecutor(len(others) + 1) as pool:
        taken = [pool.submit(take, first)]
        assert leads.wait(30)
        return [*taken, *(pool.submit(take, event) for event in others)]


def commits(stage: Stage) -> list[Step]:
    seen: list[Step] = []
    stage.told_of(lambda step: seen.append(step) if step.moment == "after" else None)
    return seen


def is_settled_once(stage: Stage, one: Bought) -> bool:
    row = stage.order(one)
    told = len(stage.messages(one, "order.paid"))
    with stage.engine.connect() as connection:
        of_order = {"order": one.order}
        given = connection.execute(GIVEN, of_order).scalar_one()
    return (row["status"], given, told) == ("paid", 1, 1)


def receipts(stage: Stage) -> int:
    with stage.engine.connect() as connection:
        count = text("SELECT count(*) FROM inbox_events WHERE state = 'applied'")
        return int(connection.execute(count).scalar_one())


def test_those_who_came_while_one_was_at_work_are_one_transaction(stage_on: Stage) -> None:
    bought, events = paid(stage_on, 6)
    seen = commits(stage_on)

    taken = arrive(stage_on, events[0], events[1:])

    assert [one.exception() for one in taken] == [None] * 6
    assert len(seen) == 2
    assert all(is_settled_once(stage_on, one) for one in bought)
    assert receipts(stage_on) == 6


def test_one_event_that_comes_many_times_at_once_is_settled_once(stage_on: Stage) -> None:
    bought, events = paid(stage_on, 2)

    taken = arrive(stage_on, events[0], [events[1], events[1], events[0], events[1]])

    assert [one.exception() for one in taken] == [None] * 5
    assert all(is_settled_once(stage_on, one) for one in bought)
    assert receipts(stage_on) == 2


def test_two_sessions_of_one_order_in_a_group_are_two_settlements(stage_on: Stage) -> None:
    bought, events = paid(stage_on, 3)
    with stage_on.engine.begin() as connection:  # the last one's session is the second one's too
        move = text(
            "UPDATE attempts SET order_id = :to, seq = 2, state = 'expired' WHERE order_id = :of"
        )
        connection.execute(move, {"to": bought[1].order, "of": bought[2].order})

    taken = arrive(stage_on, events[0], events[1:])

    assert [one.exception() for one in taken] == [None] * 3
    assert is_settled_once(stage_on, bought[0])
    assert receipts(stage_on) == 3
    with stage_on.engine.connect() as connection:
        held = text("SELECT holds FROM orders WHERE id = :order")
        holds = connection.execute(held, {"order": bought[1].order}).scalar_one()
    assert "duplicate_payment" in holds  # of the second, the first was known


def test_an_event_that_cannot_be_settled_costs_only_itself(stage_on: Stage) -> None:
    bought, events = paid(stage_on, 5)
    bad, *good = bought[1:]
    with stage_on.engine.begin() as connection:
        spoil = text("UPDATE attempts SET buyer = '{' WHERE order_id = :order")
        connection.execute(spoil, {"order": bad.order})

    taken = arrive(stage_on, events[0], events[1:])

    assert [one.exception() for one in taken] == [None] * 5
    assert all(is_settled_once(stage_on, one) for one in [bought[0], *good])
    with stage_on.engine.connect() as connection:
        status = text("SELECT status FROM orders WHERE id = :order")
        assert connection.execute(status, {"order": bad.order}).scalar_one() == "pending"
        failed = text("SELECT id FROM inbox_events WHERE state = 'failed'")
        assert connection.execute(failed).scalars().all() == [events[1]["id"]]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_dies_with_a_group_in_hand_loses_none(stage_on: Stage, moment: Any) -> None:
    bought, events = paid(stage_on, 4)
    stage_on.kills(writing(moment, nth=2))

    taken = arrive(stage_on, events[0], events[1:])

    # Whatever was acknowledged is there; Stripe sends the rest again.
    assert taken[0].exception() is None
    assert all(isinstance(one.exception(), Killed) for one in taken[1:])
    assert is_settled_once(stage_on, bought[0])
    done = [is_settled_once(stage_on, one) for one in bought[1:]]
    assert done == [moment == "after"] * 3
    stage_on.restart()
    stage_on.delivers(*events)
    assert all(is_settled_once(stage_on, one) for one in bought)
    assert receipts(stage_on) == 4


def test_a_database_that_is_gone_is_told_to_all_and_nothing_is_half_done(stage_on: Stage) -> None:
    bought, events = paid(stage_on, 4)
    back = stage_on.loses_database(writing("before", nth=2))

    taken = arrive(stage_on, events[0], events[1:])

    assert taken[0].exception() is None
    assert all(isinstance(one.exception(), DatabaseUnavailable) for one in taken[1:])
    back()
    stage_on.delivers(*events)
    assert all(is_settled_once(stage_on, one) for one in bought)


@pytest.fixture
def stage_behind_a_pooler(databases: Databases) -> Iterator[Stage]:
    for url in databases.at_head("postgresql"):
        with pgbouncer.pooled(url, servers=3) as through, Stage(through) as opened:
            yield opened


@pytest.mark.skipif(pgbouncer.PROGRAM is None, reason=pgbouncer.WHY_NOT)
def test_a_pooler_makes_no_difference(stage_behind_a_pooler: Stage) -> None:
    stage = stage_behind_a_pooler
    bought, events = paid(stage, 6)

    taken = arrive(stage, events[0], events[1:])

    assert [one.exception() for one in taken] == [None] * 6
    assert all(is_settled_once(stage, one) for one in bought)
