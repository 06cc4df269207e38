"""Law 11: what two transactions decide from what the other has not committed is decided again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from checkout_service.domain.clock import HOUR
from stripe_sandbox.by_hand import body_of
from tests.support.stage import Bought, Stage, writing

LIFE = (
    "payment_intent.succeeded",
    "charge.succeeded",
    "checkout.session.completed",
    "refund.created",
    "charge.refunded",
)
POSTGRESQL = pytest.mark.parametrize("stage_kind", ["postgresql"])


def lives_and_gives_back(stage: Stage) -> tuple[Bought, list[Any]]:
    """An order paid and refunded at Stripe; give it with the events that tell of it."""
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.stripe("POST", "/v1/refunds", payment_intent=paid["payment_intent"])
    events = [event for event in stage.events() if event["type"] in LIFE]
    stage.drops()
    return bought, events


@POSTGRESQL
def test_a6_events_posted_at_once_hide_no_refund(stage_on: Stage) -> None:
    stage = stage_on
    for _ in range(25):
        bought, events = lives_and_gives_back(stage)
        posted = [(body_of(event), stage.signature(body_of(event))) for event in events]
        start = Barrier(len(posted))

        def post(pair: tuple[bytes, str], start: Barrier = start) -> None:
            start.wait()
            stage.use_cases.receive_event.receive(*pair)

        with ThreadPoolExecutor(len(posted)) as pool:
            list(pool.map(post, posted))

        order = stage.order(bought)
        assert (order["status"], order["amount_refunded"]) == ("refunded", 2500)
        assert len(stage.messages(bought, "order.paid")) == order["fulfilled"]
        assert order["fulfilled"] or order["holds"] == ["refunded_before_fulfilment"]


@POSTGRESQL
@pytest.mark.parametrize("moment", ["begins", "before"])
def test_a_refund_that_comes_between_a_settlements_read_and_write_is_seen(
    stage_on: Stage, moment: Any
) -> None:
    """Nobody knows the payment when the refund is written down; somebody does right after."""
    stage = stage_on
    bought, events = lives_and_gives_back(stage)
    by_type = {event["type"]: event for event in events}
    stage.meanwhile(
        writing(moment, replica=0), lambda: stage.delivers(by_type["refund.created"], by=1)
    )

    stage.delivers(by_type["checkout.session.completed"])

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("refunded", 2500)


@POSTGRESQL
def test_a_settlement_that_comes_while_a_refund_is_written_down_is_seen(stage_on: Stage) -> None:
    stage = stage_on
    bought, events = lives_and_gives_back(stage)
    by_type = {event["type"]: event for event in events}
    stage.meanwhile(
        writing("before", replica=0),
        lambda: stage.delivers(by_type["checkout.session.completed"], by=1),
    )

    stage.delivers(by_type["refund.created"])

    assert stage.order(bought)["status"] == "refunded"


def test_a_refund_of_an_unknown_payment_waits_an_hour_and_is_then_anothers(
    stage_on: Stage,
) -> None:
    stage = stage_on
    _, events = lives_and_gives_back(stage)
    (refund,) = (event for event in events if event["type"] == "refund.created")
    foreign = refund["data"]["object"] | {"payment_intent": "pi_foreign", "charge": "ch_foreign"}

    stage.delivers(refund | {"id": "evt_foreign", "data": {"object": foreign}})

    assert state_of(stage, "evt_foreign") == "waiting"
    stage.works(HOUR / 1000 - 120, every=300)
    assert state_of(stage, "evt_foreign") == "waiting"
    stage.works(600, every=60)
    assert state_of(stage, "evt_foreign") == "ignored"


def test_a_refund_told_before_its_payment_is_taken_in_with_it(stage_on: Stage) -> None:
    stage = stage_on
    bought, events = lives_and_gives_back(stage)
    by_type = {event["type"]: event for event in events}
    stage.delivers(by_type["refund.created"])
    stage.advance(30)

    stage.delivers(by_type["checkout.session.completed"])

    order = stage.order(bought)
    assert (order["status"], order["holds"]) == ("refunded", ["refunded_before_fulfilment"])
    assert not order["fulfilled"]


def state_of(stage: Stage, event: str) -> str:
    state: str = stage.use_cases.read_events.detail(event).event.state
    return state


@pytest.mark.parametrize("first", ["the other version", "the pinned version"])
def test_a14_of_two_renderings_of_an_event_the_pinned_one_is_merged(
    stage_on: Stage, first: str
) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.events("checkout.session.completed")
    renderings = [event | {"api_version": "2020-08-27"}, event]
    if first == "the pinned version":
        renderings.reverse()

    for rendering in renderings:
        stage.delivers(rendering)

    assert stage.order(bought)["fulfilled"]
    assert len(stage.messages(bought, "order.paid")) == 1


def test_a12_a_failing_receiver_costs_the_same_however_many_messages_wait(
    stage_on: Stage,
) -> None:
    """Both questions of every pass are answered by an index, not by reading the backlog."""
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers("checkout.session.completed")
    queries = {
        "ix_outbox_messages_failing": "SELECT last_error FROM outbox_messages"
        " WHERE state = 'due' AND last_error IS NOT NULL LIMIT 2",
        "ix_outbox_messages_next_at": "SELECT id FROM outbox_messages"
        " WHERE state = 'due' AND next_at > 0 ORDER BY next_at LIMIT 50",
    }
    postgresql = stage.engine.dialect.name == "postgresql"
    explain = "EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN "
    with stage.engine.connect() as connection, connection.begin() as transaction:
        if postgresql:  # a planner goes by what there is: of a small table it may choose anything
            connection.execute(text(_BACKLOG))
            connection.execute(text("ANALYZE outbox_messages"))
        for index, query in queries.items():
            plan = " ".join(str(tuple(row)) for row in connection.execute(text(explain + query)))
            assert index in plan
        transaction.rollback()


_BACKLOG = """
INSERT INTO outbox_messages
SELECT (jsonb_populate_record(one, jsonb_build_object(
  'id', 'copy-' || n, 'about', 'copy-' || n, 'state', 'due', 'next_at', one.created_at + n
))).*
FROM outbox_messages AS one, generate_series(1, 5000) AS n
WHERE one.id = (SELECT min(id) FROM outbox_messages)
"""
