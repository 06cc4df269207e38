"""What a sweep does at the same time, and which orders it takes together."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from checkout_service.domain.clock import MINUTE
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.storage import due_orders
from checkout_service.use_cases.sweep.sweep import Sweep
from tests.support.stage import Bought, Stage, Step

_PATIENCE = 20.0
_AT_ONCE = 3
_LIST = "/v1/checkout/sessions"
POSTGRESQL = pytest.mark.parametrize("stage_kind", ["postgresql"])


def paid(stage: Stage, count: int) -> list[Bought]:
    """Sell and pay so many orders of which no webhook tells; their looks are due."""
    orders = [stage.buys() for _ in range(count)]
    for bought in orders:
        stage.pays(bought)
    stage.drops()
    due(stage, orders)
    return orders


def due(stage: Stage, orders: list[Bought], at: int = AT_ONCE) -> None:
    with stage.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET look_due_at = NULL"))
        for bought in orders:
            connection.execute(
                text("UPDATE orders SET look_due_at = :at WHERE id = :id"),
                {"at": at, "id": bought.order},
            )


def with_threads(stage: Stage) -> Sweep:
    """Sweep as a deployed worker does, several calls at once."""
    sweep = stage.use_cases.sweep
    by_list = replace(sweep.refresh_due.look_by_list, at_once=_AT_ONCE)
    return replace(
        sweep,
        at_once=_AT_ONCE,
        read_missed=replace(sweep.read_missed, at_once=_AT_ONCE),
        refresh_due=replace(sweep.refresh_due, at_once=_AT_ONCE, look_by_list=by_list),
    )


def calls_of_a_sweep(stage: Stage) -> Counter[str]:
    calls: Counter[str] = Counter()

    def count(step: Step) -> None:
        if step.moment == "before" and step.call is not None:
            path = step.call.path
            calls["asked" if path.startswith(f"{_LIST}/") else path] += 1

    mute = stage.told_of(count)
    assert not stage.sweeps().failures
    mute()
    return calls


@POSTGRESQL
def test_a_few_orders_are_asked_for_side_by_side(stage_on: Stage) -> None:
    stage_on.sweeps()  # it sets its bookmarks
    orders = paid(stage_on, 2 * _AT_ONCE)
    all_there = threading.Barrier(_AT_ONCE)

    def meet(step: Step) -> None:
        if step.moment == "before" and step.call and step.call.path.startswith(f"{_LIST}/"):
            all_there.wait(_PATIENCE)

    mute = stage_on.told_of(meet)
    report = with_threads(stage_on).sweep()
    mute()

    assert not report.failures
    assert report.looked == len(orders)
    assert all(stage_on.order(bought)["fulfilled"] for bought in orders)


@POSTGRESQL
def test_events_are_read_while_orders_are_looked_at_and_taken_in_after(stage_on: Stage) -> None:
    stage_on.sweeps()
    orders = paid(stage_on, 25)
    read = threading.Event()

    def order_them(step: Step) -> None:
        if step.moment == "before" and step.call is not None:
            if step.call.path == "/v1/events":
                read.set()
            if step.call.path == _LIST:
                assert read.wait(_PATIENCE)

    mute = stage_on.told_of(order_them)
    report = with_threads(stage_on).sweep()
    mute()

    assert not report.failures
    with stage_on.engine.begin() as connection:
        by_events = connection.execute(
            text("SELECT count(*) FROM transitions WHERE event_id IS NOT NULL")
        ).scalar()
    assert by_events == 0  # the looks had told it all
    assert report.events >= len(orders)
    assert all(stage_on.order(bought)["fulfilled"] for bought in orders)


def test_the_longest_due_come_first_and_of_others_the_oldest(stage: Stage) -> None:
    orders = [stage.buys() for _ in range(4)]
    with stage.engine.begin() as connection:
        for place, bought in enumerate(orders):
            connection.execute(
                text("UPDATE orders SET created_at = :at, look_due_at = 2 WHERE id = :id"),
                {"at": 1_000 - place, "id": bought.order},
            )
        longest = {"id": orders[1].order}
        connection.execute(text("UPDATE orders SET look_due_at = 1 WHERE id = :id"), longest)

    with stage.engine.connect() as connection:
        found = due_orders.due_orders(connection, now=3, limit=3)

    assert [due.order_id for due in found] == [orders[n].order for n in (1, 3, 2)]


def test_orders_that_lie_thin_in_time_are_listed_all_the_same(stage: Stage) -> None:
    stage.sweeps()
    orders = []
    for _ in range(25):
        orders.append(stage.buys())
        for _ in range(7):
            stage.buys()
    for bought in orders:
        stage.pays(bought)
    stage.drops()
    due(stage, orders)

    calls = calls_of_a_sweep(stage)

    assert calls["asked"] == 0
    assert calls[_LIST] <= 6  # 200 sessions, and those of links
    assert all(stage.order(bought)["fulfilled"] for bought in orders)


def test_orders_are_listed_though_stripes_clock_differs(stage: Stage) -> None:
    stage.sweeps()
    orders = paid(stage, 25)
    with stage.engine.begin() as connection:
        late = text("UPDATE attempts SET created_at = created_at + :by")
        connection.execute(late, {"by": 20 * MINUTE})

    calls = calls_of_a_sweep(stage)

    assert calls["asked"] == 0
    assert all(stage.order(bought)["fulfilled"] for bought in orders)


@POSTGRESQL
def test_whoever_stops_the_looks_stops_the_events_too(stage_on: Stage) -> None:
    stage_on.sweeps()
    paid(stage_on, 25)

    def interrupt(step: Step) -> None:
        if step.moment == "before" and step.call is not None and step.call.path == _LIST:
            raise KeyboardInterrupt

    stage_on.told_of(interrupt)
    with pytest.raises(KeyboardInterrupt):
        with_threads(stage_on).sweep()

    with stage_on.engine.begin() as connection:
        taken = connection.execute(text("SELECT count(*) FROM inbox_events")).scalar()
    assert taken == 0
