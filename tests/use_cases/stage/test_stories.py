"""The stage keeps its promises: whole stories on one clock, alike each time, open to hooks."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from checkout_service.domain.errors import (
    BadEvent,
    PullMode,
)
from checkout_service.domain.ports.notify import Delivered, Failed
from checkout_service.storage.database import make_engine
from tests.support.stage import NOON, Bought, Refused, Stage

WAYS = ("checkout_session", "payment_intent", "link")


def puts(stage: Stage, way: str) -> Bought:
    return stage.link_order() if way == "link" else stage.buys(kind=way)


def tells(stage: Stage, way: str) -> Bought:
    """Tell ten steps: order, payment, webhooks, return, message, refund, webhooks, ..., sweep."""
    bought = puts(stage, way)
    paid = stage.pays(bought)
    stage.delivers()
    stage.advance(5)
    if way == "link":
        stage.polls(str(bought.reference), paid["id"])
    else:
        stage.returns(bought)
    stage.delivers_messages()
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=1000)
    stage.delivers()
    stage.advance(120)
    stage.sweeps()
    stage.delivers_messages()
    return bought


@pytest.mark.parametrize("way", WAYS)
def test_a_story_of_ten_steps_is_told_on_every_database(stage_on: Stage, way: str) -> None:
    began = time.process_time()
    bought = tells(stage_on, way)
    took = time.process_time() - began

    print(f"{way} on {stage_on.engine.dialect.name}: {took * 1000:.0f} ms of our own time")
    order = stage_on.order(bought)
    assert (order["status"], order["fulfilled"]) == ("partially_refunded", True)
    assert [got.body["type"] for got in stage_on.receiver.got] == ["order.paid", "order.refunded"]
    assert [row["state"] for row in stage_on.messages(bought)] == ["delivered", "delivered"]


@pytest.mark.parametrize("way", WAYS)
def test_the_same_seed_gives_the_same_story_to_the_last_letter(way: str) -> None:
    def once(seed: int) -> Any:
        with Stage(seed=seed) as stage:
            bought = tells(stage, way)
            steps = [(c.at, c.method, c.path, c.params, c.key, c.answer) for c in stage.calls()]
            return bought, stage.order(bought), stage.messages(bought), steps, stage.receiver.got

    first = once(1)

    assert once(1) == first
    assert once(2)[0] != first[0]


def test_a_story_starts_no_thread_and_time_does_not_pass_by_itself(stage: Stage) -> None:
    threads, noon = threading.active_count(), stage.now

    stage.buys()

    assert (threading.active_count(), stage.now) == (threads, noon)


def test_whoever_waits_moves_the_clock_for_everybody(stage: Stage) -> None:
    bought = stage.buys()
    stage.control("PUT", "faults", {"api": [{"method": "GET", "path": "/v1", "kind": "timeout"}]})
    before = stage.now

    stage.returns(bought)

    assert stage.order(bought)["status"] == "pending"
    assert stage.now - before == pytest.approx(10_000, abs=100)


def test_what_is_due_at_stripe_happens_as_time_goes_by(stage: Stage) -> None:
    bought = stage.buys(price="mug-eur")
    stage.pays(bought, "AT611904300234573201")
    stage.delivers()
    assert stage.order(bought)["status"] == "processing"

    stage.advance(200)

    assert "checkout.session.async_payment_succeeded" in [e["type"] for e in stage.events()]
    stage.delivers()
    assert stage.order(bought)["status"] == "paid"


def test_a_price_of_stripes_is_asked_for_and_kept_for_a_minute(stage: Stage) -> None:
    for _ in range(2):
        stage.buys(price="linked-usd")
    assert len(stage.reads("/v1/prices")) == 1

    stage.advance(61)
    stage.buys(price="linked-usd")

    assert len(stage.reads("/v1/prices")) == 2


def test_a_catalog_and_settings_of_ones_own_can_be_brought() -> None:
    text = '[[products]]\nid = "pin"\nname = "Pin"\n[[products.prices]]\nid = "pin-usd"\n'
    text += 'currency = "usd"\nunit_amount = 700\n'
    with Stage(catalog=text, sweep_interval_seconds=30) as stage:
        assert stage.order(stage.buys(price="pin-usd"))["amount_total"] == 700
        assert stage.parts.interval == 30_000


def test_in_pull_mode_links_are_sold_and_webhooks_are_not_taken() -> None:
    with Stage(pull_mode=True) as stage:
        bought = stage.link_order()
        session = stage.pays(bought)
        with pytest.raises(PullMode):
            stage.delivers()

        stage.polls(str(bought.reference), session["id"])

        assert stage.order(bought)["status"] == "paid"
        assert stage.events()


def test_what_is_due_at_stripe_happens_at_its_own_time(stage: Stage) -> None:
    bought, noon = stage.buys(), stage.now
    stage.advance(100 * 3600)

    (expired,) = stage.events("checkout.session.expired")

    assert expired["created"] == noon // 1000 + 24 * 3600
    assert expired["data"]["object"]["id"] == bought.session


def test_the_worker_can_work_while_time_goes_by(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.drops()

    stage.works(600, every=60)

    assert stage.now == NOON + 600_000
    assert [got.body["type"] for got in stage.receiver.got] == ["order.paid"]


def test_an_engine_can_be_lent_to_one_story_after_another(database_url: str) -> None:
    engine = make_engine(database_url)
    for _ in range(2):
        with Stage(engine) as stage:
            bought = tells(stage, "checkout_session")
            assert stage.parts.read_orders.page(limit=9).orders[0].id == bought.order
    engine.dispose()


# Webhooks, as the story wants them.


def test_events_can_be_told_twice_and_in_any_order(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)

    stage.delivers(*reversed(stage.events()), times=2)

    assert stage.order(bought)["status"] == "paid"
    assert len(stage.messages(bought, "order.paid")) == 1
    assert stage.events() == []


def test_events_of_one_type_are_told_and_the_others_wait(stage: Stage) -> None:
    stage.pays(stage.buys())

    told = stage.delivers("checkout.session.completed")

    assert [event["type"] for event in told] == ["checkout.session.completed"]
    assert "charge.succeeded" in [event["type"] for event in stage.events()]


def test_lost_events_are_found_by_the_sweep(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.drops()
    assert stage.events() == []

    stage.advance(120)
    stage.sweeps()

    assert stage.order(bought)["status"] == "paid"


def test_an_event_of_another_version_is_only_a_hint(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)

    stage.delivers("checkout.session.completed", at_version="2020-08-27")
    assert stage.order(bought)["status"] == "pending"

    stage.advance(1)
    stage.sweeps()
    assert stage.order(bought)["status"] == "paid"


def test_a_signature_ages_by_the_stages_clock(stage: Stage) -> None:
    stage.pays(stage.buys())
    signed = stage.now / 1000
    stage.advance(301)

    with pytest.raises(BadEvent):
        stage.delivers("checkout.session.completed", signed_at=signed)

    assert stage.events("checkout.session.completed")
    stage.delivers("checkout.session.completed")


# Hooks at the calls of Stripe.


def test_the_merchant_gives_back_and_cancels(stage: Stage) -> None:
    paid, unpaid = stage.buys(), stage.buys()
    stage.pays(paid)
    stage.delivers()

    refund = stage.refunds(paid, 1000)
    stage.cancels(unpaid)

    assert (refund.amount, stage.order(paid)["amount_refunded"]) == (1000, 1000)
    assert stage.order(unpaid)["status"] == "canceled"


def test_the_receiver_answers_by_script(stage: Stage) -> None:
    stage.pays(stage.buys())
    stage.delivers()
    stage.receiver.says(Failed("HTTP 503"), Delivered())

    assert stage.delivers_messages().failed == 1
    stage.advance(10)
    assert stage.delivers_messages().delivered == 1

    first, second = stage.receiver.got
    assert first == second


def test_what_the_sandbox_refuses_is_raised_with_its_words(stage: Stage) -> None:
    with pytest.raises(Refused, match="declined") as refused:
        stage.pays(stage.buys(), "4000000000000002")

    assert refused.value.status == 402
