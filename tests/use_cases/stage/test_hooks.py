"""What may happen between two steps of the service: the stage tells of each, and acts there."""

from __future__ import annotations

import pytest

from checkout_service.domain.errors import (
    DatabaseUnavailable,
    StripeUnavailable,
)
from tests.support.stage import Killed, Stage, Step, calling, writing


def test_a_call_cut_before_it_arrives_is_repeated_once_under_its_key(stage: Stage) -> None:
    stage.cuts(calling("POST", "/v1/checkout/sessions"))

    stage.buys()

    cut, made = stage.calls("POST")
    assert (cut.status, made.status) == (None, 200)
    assert cut.key == made.key


def test_a_call_whose_answer_is_lost_was_made_all_the_same(stage: Stage) -> None:
    stage.cuts(calling("POST", "/v1/checkout/sessions", moment="after"), times=2)
    with pytest.raises(StripeUnavailable):
        stage.buys(nonce="one")
    (made,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]

    bought = stage.buys(nonce="one")

    assert bought.session == made["id"]
    assert len(stage.stripe("GET", "/v1/checkout/sessions")["data"]) == 1


def test_a_webhook_can_come_while_the_service_looks(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    looking = calling("GET", f"/v1/checkout/sessions/{bought.session}", moment="after")
    stage_on.meanwhile(looking, stage_on.delivers)

    answer = stage_on.returns(bought)

    assert answer.order.status == "paid"
    assert len(stage_on.messages(bought, "order.paid")) == 1
    assert [step["source"] for step in stage_on.order(bought)["trail"]][-1] == "webhook"


def test_every_call_is_told_of_before_and_after_with_its_parameters(stage: Stage) -> None:
    told: list[Step] = []
    stop = stage.told_of(lambda step: None if step.is_write else told.append(step))

    bought = stage.buys(quantity=3)

    assert [step.moment for step in told] == ["before", "after"]
    call = told[0].call
    assert call is not None
    assert (call.method, call.path) == ("POST", "/v1/checkout/sessions")
    assert call.params["line_items[0][quantity]"] == "3"
    assert call.answer["id"] == bought.session
    stop()
    stage.buys()
    assert len(told) == 2


# Hooks at the writes of the service's database.


def test_every_write_begins_is_decided_and_is_seen(stage_on: Stage) -> None:
    moments: list[str] = []
    stage_on.told_of(lambda step: moments.append(step.moment) if step.is_write else None)

    stage_on.link_order()

    assert moments == ["begins", "before", "after"]


def test_a_replica_that_dies_before_a_commit_has_written_nothing(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    stage_on.kills(writing("before"))
    with pytest.raises(Killed):
        stage_on.delivers("checkout.session.completed")
    with pytest.raises(Killed):
        stage_on.buys()
    assert stage_on.order(bought)["status"] == "pending"

    stage_on.restart()
    stage_on.delivers()

    assert stage_on.order(bought)["status"] == "paid"


def test_a_replica_that_dies_after_a_commit_has_written_it(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    stage_on.kills(writing("after"))
    with pytest.raises(Killed):
        stage_on.delivers("checkout.session.completed")

    assert stage_on.order(bought)["status"] == "paid"
    stage_on.restart()
    stage_on.delivers()
    assert len(stage_on.messages(bought, "order.paid")) == 1


def test_a_database_that_is_gone_is_named_and_the_event_waits_on(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    comes_back = stage_on.loses_database(writing("begins"))
    with pytest.raises(DatabaseUnavailable):
        stage_on.delivers("checkout.session.completed")
    assert stage_on.events("checkout.session.completed")

    comes_back()
    stage_on.delivers()

    assert stage_on.order(bought)["status"] == "paid"


def test_two_replicas_take_turns_between_each_others_writes(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    (event,) = stage_on.events("checkout.session.completed")
    stage_on.meanwhile(writing("begins", replica=0), lambda: stage_on.delivers(event, by=1))

    stage_on.delivers(event, by=0)

    assert stage_on.order(bought)["status"] == "paid"
    assert len(stage_on.messages(bought, "order.paid")) == 1


@pytest.mark.parametrize("stage_kind", ["postgresql"])
def test_on_postgresql_another_replica_comes_between_what_was_read_and_what_is_written(
    stage_on: Stage,
) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    (event,) = stage_on.events("checkout.session.completed")
    stage_on.meanwhile(writing("before", replica=0), lambda: stage_on.delivers(event, by=1))

    stage_on.delivers(event, by=0)

    assert stage_on.order(bought)["status"] == "paid"
    assert len(stage_on.messages(bought, "order.paid")) == 1


def test_on_sqlite_nobody_writes_between_a_write_and_its_commit(stage: Stage) -> None:
    stage.meanwhile(writing("before"), stage.buys)

    with pytest.raises(AssertionError, match="nobody else writes"):
        stage.link_order()


# The merchant and its backend.
