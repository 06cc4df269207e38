"""Money that is authorised first and captured later: taken once, all or part of it, or let go."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND
from checkout_service.domain.errors import (
    CheckoutError,
    MoneyInFlight,
    NotFound,
    NotPaid,
    OpenedWrong,
    OrderCanceled,
    OrderPaid,
    RefundTooLarge,
    StripeUnavailable,
)
from checkout_service.domain.held_money_errors import (
    CaptureInProgress,
    CaptureRefused,
    CaptureTooLarge,
    NotAuthorized,
)
from tests.support.stage import Bought, Killed, Stage, calling

FLOWS = ("checkout_session", "payment_intent")
FAULTS = ("commit_then_500", "commit_then_reset")
_CAPTURE, _CANCEL = "/capture", "/cancel"
flows = pytest.mark.parametrize("flow", FLOWS)


def put(stage: Stage, flow: str, amount: int = 5000) -> Bought:
    return stage.prices(amount, flow, capture="manual")


def authorized(stage: Stage, flow: str, amount: int = 5000) -> Bought:
    """An order whose money is held on the buyer's card, as the webhooks tell."""
    bought = put(stage, flow, amount)
    stage.pays(bought)
    stage.delivers()
    assert stage.order(bought)["amount_capturable"] == amount
    return bought


def kinds(stage: Stage, bought: Bought) -> list[str]:
    return [message["kind"] for message in stage.messages(bought)]


def at_stripe(stage: Stage, bought: Bought) -> Any:
    return stage.stripe("GET", f"/v1/payment_intents/{stage.order(bought)['payment_intent']}")


def fails(stage: Stage, kind: str, path: str = "/v1/payment_intents/") -> None:
    rule = {"method": "POST", "path": path, "kind": kind, "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})


def mends(stage: Stage) -> None:
    stage.control("DELETE", "faults")


# Authorised.


@flows
def test_an_authorised_payment_is_told_once_and_is_not_fulfilled(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    stage.delivers()
    stage.sweeps()
    stage.returns(bought)

    order = stage.order(bought)

    assert (order["status"], order["fulfilled"], order["holds"]) == ("processing", False, [])
    assert (order["amount_paid"], order["amount_capturable"], order["capture"]) == (
        0,
        5000,
        "manual",
    )
    assert order["capture_before"] is not None
    assert kinds(stage, bought).count("order.authorized") == 1
    assert "order.paid" not in kinds(stage, bought)
    assert "order.held" not in kinds(stage, bought)


@flows
def test_without_webhooks_a_look_finds_the_authorisation(stage: Stage, flow: str) -> None:
    bought = put(stage, flow)
    stage.pays(bought)
    stage.drops()

    stage.works(120)

    assert stage.order(bought)["amount_capturable"] == 5000
    assert kinds(stage, bought) == ["order.authorized"]


def test_every_order_of_the_events_comes_to_the_same(stage: Stage) -> None:
    bought = put(stage, "checkout_session")
    stage.pays(bought)

    stage.delivers(*reversed(stage.events()))

    assert stage.order(bought)["amount_capturable"] == 5000
    assert kinds(stage, bought).count("order.authorized") == 1


@flows
def test_an_uncaptured_payment_that_nobody_asked_for_is_held_as_ever(
    stage: Stage, flow: str
) -> None:
    bought = stage.prices(flow=flow)
    if flow == "payment_intent":
        stage.stripe("POST", f"/v1/payment_intents/{bought.intent}", capture_method="manual")
    else:
        session = stage.side.world.store.get(str(bought.session)) or {}
        session["_handed_on"]["capture_method"] = "manual"
        stage.side.world.store.put(session)
    stage.pays(bought)
    stage.delivers()
    stage.sweeps()

    order = stage.order(bought)
    assert (order["holds"], order["amount_capturable"]) == (["uncaptured"], 0)
    with pytest.raises(NotAuthorized):
        stage.captures(bought)


def test_an_intent_that_would_take_the_money_at_once_is_closed(stage: Stage) -> None:
    lie = {"path": "/v1/payment_intents", "fields": {"capture_method": "automatic_async"}}
    stage.control("PUT", "faults", {"alter": lie})

    with pytest.raises(OpenedWrong):
        put(stage, "payment_intent")


@flows
def test_an_authorised_order_is_neither_paid_again_nor_canceled(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    with pytest.raises(MoneyInFlight):
        stage.cancels(bought)
    with pytest.raises(NotPaid):
        stage.refunds(bought)
    if flow == "payment_intent":
        with pytest.raises(MoneyInFlight):
            stage.use_cases.start_intent.again(bought.order)
    else:
        with pytest.raises(MoneyInFlight):
            stage.use_cases.start_checkout.again(bought.order)


# Captured.


@flows
def test_a_capture_of_all_pays_and_fulfils(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    answer = stage.captures(bought)
    stage.delivers()

    assert (answer.status, answer.fulfilled, answer.amount_paid) == ("paid", True, 5000)
    order = stage.order(bought)
    assert (order["status"], order["holds"], order["amount_capturable"]) == ("paid", [], 0)
    assert order["capture_before"] is None
    assert kinds(stage, bought).count("order.paid") == 1


@flows
def test_a_capture_of_a_part_makes_the_terms_follow(stage_on: Stage, flow: str) -> None:
    stage = stage_on
    bought = authorized(stage, flow)

    stage.captures(bought, 3000)
    stage.delivers()
    stage.works(2 * DAY / SECOND, every=6 * HOUR / SECOND)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert (order["amount_paid"], order["amount_refunded"]) == (3000, 0)
    assert at_stripe(stage, bought)["amount_received"] == 3000
    assert [k for k in kinds(stage, bought) if "refund" in k] == []


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_a_part_captured_at_stripe_itself_is_taken_as_it_is(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = authorized(stage, flow)
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", f"/v1/payment_intents/{intent}/capture", amount_to_capture=1200)
    if told:
        stage.delivers()
    else:
        stage.drops()
        stage.works(HOUR / SECOND, every=300)
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 1200)
    assert order["holds"] == []


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_a_part_captured_before_we_heard_of_anything_is_not_a_part_refunded(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = put(stage, flow)
    stage.pays(bought)
    intent = stage.stripe("GET", "/v1/payment_intents")["data"][0]["id"]
    stage.stripe("POST", f"/v1/payment_intents/{intent}/capture", amount_to_capture=1200)
    if told:
        stage.delivers()
    else:
        stage.drops()
    stage.works(HOUR / SECOND, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert (order["amount_paid"], order["amount_refunded"]) == (1200, 0)
    assert "order.refunded" not in kinds(stage, bought)


@flows
def test_a_part_that_was_captured_is_refunded_no_further_than_that(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    stage.captures(bought, 3000)
    stage.delivers()

    with pytest.raises(RefundTooLarge):
        stage.refunds(bought, 3001)
    stage.refunds(bought, 2000)
    stage.delivers()
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("partially_refunded", 2000)
    assert kinds(stage, bought).count("order.refunded") == 1


def test_a_refund_as_large_as_what_was_let_go_is_still_a_refund(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    stage.captures(bought, 3000)
    stage.delivers()
    stage.advance(60)
    intent = stage.order(bought)["payment_intent"]

    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=2000)
    stage.delivers()
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("partially_refunded", 2000)


def test_a_capture_finds_an_authorisation_whose_news_is_still_on_its_way(stage: Stage) -> None:
    bought = put(stage, "checkout_session")
    stage.pays(bought)

    assert stage.captures(bought).status == "paid"


# Refused.


def test_what_is_not_authorised_is_not_captured_and_the_reason_is_told(stage: Stage) -> None:
    unpaid = put(stage, "payment_intent")
    paid = stage.prices(flow="payment_intent")
    stage.pays(paid)
    stage.delivers()

    for refused, why in ((unpaid, NotAuthorized), (paid, OrderPaid)):
        with pytest.raises(why):
            stage.captures(refused)
        with pytest.raises(why):
            stage.voids(refused)
    with pytest.raises(NotFound):
        stage.captures("ord_nothing")
    assert stage.writes(_CAPTURE) == []


@flows
def test_more_than_is_authorised_is_refused_without_a_call(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    with pytest.raises(CaptureTooLarge, match="5000"):
        stage.captures(bought, 5001)

    assert stage.writes(_CAPTURE) == []
    assert stage.order(bought)["amount_capturable"] == 5000


def test_a_second_capture_is_told_that_the_order_is_paid(stage: Stage) -> None:
    bought = authorized(stage, "checkout_session")
    stage.captures(bought, 1000)

    with pytest.raises(OrderPaid):
        stage.captures(bought, 1000)
    with pytest.raises(OrderPaid):
        stage.voids(bought)


def test_stripes_own_refusal_of_a_capture_is_passed_on(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    name = str(bought.intent)
    intent = stage.side.world.store.get(name) or {}
    stage.side.world.store.put(intent | {"amount_capturable": 4000})

    with pytest.raises(CaptureRefused) as refusal:
        stage.captures(bought, 5000, nonce="first")

    assert refusal.value.stripe_code == "amount_too_large"
    assert stage.captures(bought, 4000).amount_paid == 4000


# Once, whatever happens in between.


@flows
@pytest.mark.parametrize("kind", FAULTS)
def test_a_capture_whose_answer_was_lost_is_found(stage_on: Stage, flow: str, kind: str) -> None:
    stage = stage_on
    bought = authorized(stage, flow)
    fails(stage, kind)
    with pytest.raises(StripeUnavailable):
        stage.captures(bought, 3000, nonce="one")
    mends(stage)
    stage.drops()

    stage.works(HOUR / SECOND, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 3000)
    assert stage.captures(bought, 3000, nonce="one").amount_paid == 3000


@flows
def test_a_capture_that_never_reached_stripe_is_made_by_the_sweep(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    mend = stage.cuts(calling("POST", _CAPTURE), times=None)
    with pytest.raises(StripeUnavailable):
        stage.captures(bought, 3000, nonce="one")
    mend()

    stage.works(2 * HOUR / SECOND, every=300)

    assert stage.order(bought)["amount_paid"] == 3000
    assert at_stripe(stage, bought)["amount_received"] == 3000


def test_while_a_captures_outcome_is_unknown_nothing_else_is_begun(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    mend = stage.cuts(calling("POST", _CAPTURE), times=None)
    with pytest.raises(StripeUnavailable):
        stage.captures(bought, 3000)
    mend()

    with pytest.raises(CaptureInProgress):
        stage.captures(bought, 2000)
    with pytest.raises(CaptureInProgress):
        stage.voids(bought)
    assert stage.captures(bought, 3000).amount_paid == 3000


@flows
def test_two_who_capture_at_once_make_one_capture(stage_on: Stage, flow: str) -> None:
    stage = stage_on
    bought = authorized(stage, flow)

    def rival() -> None:
        with suppress(CheckoutError):
            stage.captures(bought, 3000, by=1)

    stage.meanwhile(calling("POST", _CAPTURE, replica=0), rival)

    answer = stage.captures(bought, 3000)

    assert (answer.status, answer.amount_paid) == ("paid", 3000)
    assert at_stripe(stage, bought)["amount_received"] == 3000


@flows
def test_a_void_that_meets_a_capture_leaves_one_of_them(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    def rival() -> None:
        with suppress(CheckoutError):
            stage.captures(bought, by=1)

    stage.meanwhile(calling("POST", _CANCEL, replica=0), rival)

    stage.voids(bought)
    stage.delivers()

    assert stage.order(bought)["status"] == "canceled"
    assert at_stripe(stage, bought)["status"] == "canceled"


def test_a_void_that_comes_after_a_capture_at_stripe_tells_of_it(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/capture")
    stage.drops()

    with pytest.raises(OrderPaid):
        stage.voids(bought)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


def test_a_killed_process_leaves_a_capture_that_the_next_one_finishes(stage: Stage) -> None:
    bought = authorized(stage, "checkout_session")
    stage.kills(calling("POST", _CAPTURE, moment="after"))
    with pytest.raises(Killed):
        stage.captures(bought, 3000, nonce="one")
    stage.restart()
    stage.drops()

    stage.works(10 * MINUTE / SECOND)

    assert stage.order(bought)["amount_paid"] == 3000
    assert stage.captures(bought, 3000, nonce="one").status == "paid"


@flows
def test_the_same_key_is_the_same_capture_for_ever(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    stage.captures(bought, 3000, nonce="one")
    stage.forget_calls()
    stage.advance(4 * DAY / SECOND)

    assert stage.captures(bought, 3000, nonce="one").amount_paid == 3000
    assert stage.calls(containing=_CAPTURE) == []


# Let go.


@flows
def test_a_void_lets_the_money_go_and_the_order_ends_canceled(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    answer = stage.voids(bought, nonce="one")
    stage.delivers()
    stage.works(DAY / SECOND, every=6 * HOUR / SECOND)

    assert (answer.status, answer.amount_capturable) == ("canceled", 0)
    order = stage.order(bought)
    assert (order["status"], order["holds"], order["fulfilled"]) == ("canceled", [], False)
    assert kinds(stage, bought)[-1] == "order.canceled"
    assert "order.failed" not in kinds(stage, bought)
    assert stage.voids(bought, nonce="one").status == "canceled"
    with pytest.raises(OrderCanceled):
        stage.captures(bought)


@flows
@pytest.mark.parametrize("kind", FAULTS)
def test_a_void_whose_answer_was_lost_is_found(stage: Stage, flow: str, kind: str) -> None:
    bought = authorized(stage, flow)
    fails(stage, kind)
    with pytest.raises(StripeUnavailable):
        stage.voids(bought, nonce="one")
    mends(stage)
    stage.drops()

    stage.works(HOUR / SECOND, every=300)

    assert stage.order(bought)["status"] == "canceled"
    assert stage.order(bought)["holds"] == []


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_an_authorisation_canceled_at_stripe_ends_canceled(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = authorized(stage, flow)
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", f"/v1/payment_intents/{intent}/cancel")
    if told:
        stage.delivers()
    else:
        stage.drops()
        stage.works(HOUR / SECOND, every=300)

    assert stage.order(bought)["status"] == "canceled"
    assert "order.failed" not in kinds(stage, bought)


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_an_authorisation_that_nobody_captures_ends_expired(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = authorized(stage, flow)
    for _ in range(9):
        stage.works(DAY / SECOND, every=6 * HOUR / SECOND)
        if told:
            stage.delivers()
        else:
            stage.drops()

    order = stage.order(bought)
    assert (order["status"], order["holds"], order["fulfilled"]) == ("expired", [], False)
    assert at_stripe(stage, bought)["status"] == "canceled"
    assert kinds(stage, bought)[-1] == "order.expired"


@flows
def test_the_sweep_lets_go_what_stripe_itself_has_not_ended(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    name = stage.order(bought)["payment_intent"]
    intent = stage.side.world.store.get(name) or {}
    stage.side.world.store.put(intent | {"_due": None})  # Stripe is slow to end it
    stage.forget_calls()

    stage.works(8 * DAY / SECOND, every=12 * HOUR / SECOND)
    stage.drops()
    stage.sweeps()

    assert stage.order(bought)["status"] == "expired"
    assert at_stripe(stage, bought)["cancellation_reason"] == "abandoned"
    assert len(stage.writes(_CANCEL)) == 1
    assert len(stage.reads(f"/{bought.id}")) < 30


def test_the_day_before_it_ends_somebody_is_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    bought = authorized(stage, "checkout_session")
    read = stage.use_cases.admin.metrics
    stage.works(5 * DAY / SECOND, every=6 * HOUR / SECOND)
    early = (read.read().authorizations_ending, "order.authorization_ends" in caplog.messages)
    stage.works(1.5 * DAY / SECOND, every=6 * HOUR / SECOND)

    assert early == (0, False)
    assert read.read().authorizations_ending == 1
    (warning, *_) = [r for r in caplog.records if r.message == "order.authorization_ends"]
    assert warning.__dict__["order_id"] == bought.order
    stage.captures(bought)
    assert read.read().authorizations_ending == 0
