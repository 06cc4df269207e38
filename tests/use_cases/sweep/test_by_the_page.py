"""A sweep takes in what it reads by the page: counted in calls and transactions, with no clock."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import text

from checkout_service.domain.schedule import AT_ONCE
from tests.support.stage import Bought, Stage, Step


def sold(stage: Stage, count: int) -> list[Bought]:
    """Sell and pay so many orders of which no webhook tells."""
    orders = [stage.buys() for _ in range(count)]
    for bought in orders:
        stage.pays(bought)
    stage.drops()
    return orders


def make_due(stage: Stage, at: int | None) -> None:
    with stage.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET look_due_at = :at"), {"at": at})


def cost_of_a_sweep(stage: Stage) -> Counter[str]:
    """Sweep once; count the calls of Stripe by path, and the transactions."""
    cost: Counter[str] = Counter()

    def count(step: Step) -> None:
        if step.moment == "before":
            cost["commits" if step.call is None else step.call.path] += 1

    mute = stage.told_of(count)
    assert not stage.sweeps().failures
    mute()
    return cost


@pytest.mark.parametrize("due", [AT_ONCE, None])
def test_a_page_costs_as_many_transactions_however_many_orders_it_tells_of(due: int | None) -> None:
    costs = []
    for count in (22, 44):
        with Stage() as stage:
            stage.sweeps()  # it sets its bookmarks
            orders = sold(stage, count)
            make_due(stage, due)
            costs.append(cost_of_a_sweep(stage))
            assert all(stage.order(bought)["fulfilled"] for bought in orders)

    few, twice_as_many = (cost.pop("commits") for cost in costs)
    assert costs[0]["/v1/events"] == 1
    assert costs[0] == costs[1]
    assert twice_as_many < few + 22 / 2  # one by one they were two more for each order


def test_an_order_that_was_listed_first_is_written_once(stage: Stage) -> None:
    orders = sold(stage, 25)
    make_due(stage, AT_ONCE)

    stage.sweeps()

    for bought in orders:
        row = stage.order(bought)
        assert (row["status"], row["fulfilled"]) == ("paid", True)
        assert stage.messages(bought, "order.paid")


def test_one_order_that_cannot_be_read_costs_only_itself(stage: Stage) -> None:
    orders = sold(stage, 25)
    make_due(stage, AT_ONCE)
    bad, *good = orders
    with stage.engine.begin() as connection:
        spoil = text("UPDATE attempts SET buyer = '{' WHERE order_id = :order")
        connection.execute(spoil, {"order": bad.order})

    report = stage.sweeps()

    assert report.failures
    assert all(stage.order(bought)["fulfilled"] for bought in good)


def test_a_long_backlog_is_read_whole_and_each_page_once(stage: Stage) -> None:
    sold(stage, 1)
    stage.sweeps()
    orders = sold(stage, 260)
    make_due(stage, None)

    cost = cost_of_a_sweep(stage)

    assert all(stage.order(bought)["fulfilled"] for bought in orders)
    assert cost["/v1/events"] <= 8  # 522 events: six pages, and two where time was cut
