"""Laws 1 to 4: when a fact was seen, what it proves, what we guess, and what was requested."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR
from checkout_service.domain.order.changes import withdraw
from checkout_service.use_cases.settle.settle_order import Case
from tests.support.stage import GOOD, Bought, Stage, calling

SEPA = "AT321904300235473204"  # in after some minutes
PAID_AND_REFUNDED = ("checkout.session.completed", "refund.created", "charge.refunded")


def status(stage: Stage, bought: Bought | str) -> str:
    word: str = stage.order(bought)["status"]
    return word


def refund_all(stage: Stage, bought: Bought, amount: int | None = None) -> str:
    """Give a payment back in Stripe's dashboard; return the refund's id."""
    session = stage.stripe("GET", f"/v1/checkout/sessions/{bought.session}")
    more = {} if amount is None else {"amount": amount}
    refund = stage.stripe("POST", "/v1/refunds", payment_intent=session["payment_intent"], **more)
    name: str = refund["id"]
    return name


def test_a3_a_link_that_nobody_came_to_pay_is_paid_by_a_late_delayed_method(
    stage_on: Stage,
) -> None:
    stage = stage_on
    stage.make_link("mug")
    bought = stage.link_order("mug")
    stage.works(2.5 * DAY / 1000, every=3 * HOUR / 1000)
    assert status(stage, bought) == "expired"

    stage.pays(bought, SEPA)
    stage.delivers()
    assert status(stage, bought) == "processing"

    stage.works(HOUR / 1000, every=300)
    stage.delivers()
    assert status(stage, bought) == "paid"


def test_a3_a_link_that_lapsed_and_whose_payment_is_only_listed_is_followed_to_its_end(
    stage: Stage,
) -> None:
    stage.make_link("mug")
    bought = stage.link_order("mug")
    stage.works(2.5 * DAY / 1000, every=3 * HOUR / 1000)
    stage.pays(bought, SEPA)
    stage.drops()

    stage.works(3 * HOUR / 1000, every=300)
    stage.drops()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"]) == ("paid", True)


def test_a4_many_paid_orders_are_listed_and_the_refunded_one_is_held(stage_on: Stage) -> None:
    stage = stage_on
    bought = [stage.buys() for _ in range(25)]
    for one in bought:
        stage.pays(one)
    refund_all(stage, bought[7])
    stage.drops()
    stage.control(
        "PUT",
        "faults",
        {"api": [{"method": "GET", "path": "/v1/events", "kind": "error_500", "probability": 1}]},
    )

    stage.works(300)

    order = stage.order(bought[7])
    assert (order["status"], order["fulfilled"]) == ("refunded", False)
    assert order["holds"] == ["refunded_before_fulfilment"]
    assert all(stage.order(b)["fulfilled"] for b in bought if b is not bought[7])


def test_a5_missed_events_of_a_payment_that_went_back_fulfil_nothing(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought)
    refund_all(stage, bought)
    stage.drops()

    stage.works(120)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"]) == ("refunded", False)
    assert order["holds"] == ["refunded_before_fulfilment"]
    assert stage.messages(bought, "order.paid") == []


def test_a8_a_look_does_not_answer_a_request_that_came_while_it_was_on_its_way(
    stage_on: Stage,
) -> None:
    """The endpoint is of another API version: its events are only doorbells."""
    stage = stage_on
    bought = stage.buys(quantity=4)
    stage.pays(bought)
    stage.delivers()
    refund_all(stage, bought, 1000)
    stage.delivers(at_version="2020-08-27")

    # The second refund comes after the look has read the first, and before it writes.
    def another() -> None:
        refund_all(stage, bought, 500)
        stage.delivers(at_version="2020-08-27")

    look = calling("GET", f"/v1/checkout/sessions/{bought.session}", moment="after")
    stage.meanwhile(look, another)

    stage.sweeps()
    stage.sweeps()

    assert stage.order(bought)["amount_refunded"] == 1500


def test_a9_a_memory_of_a_refund_does_not_beat_the_look_that_saw_it_fail(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought, "4000000000005126")  # its refund succeeds, then fails
    refund = refund_all(stage, bought)
    stage.delivers("refund.created")  # the payment itself is not known yet
    stage.drops()
    stage.control("POST", f"refunds/{refund}/fail")
    stage.drops()

    stage.returns(bought)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


# Cases of our own.


def test_a_backlog_delivered_an_hour_late_is_looked_up_before_anything_is_given(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought, gone = stage.buys(), stage.buys()
    stage.pays(bought)
    stage.pays(gone)
    late = stage.events("checkout.session.completed")
    refund_all(stage, gone)
    stage.drops()
    stage.advance(3600)

    stage.delivers(*late)

    assert (status(stage, bought), stage.order(bought)["fulfilled"]) == ("paid", False)
    assert not stage.order(gone)["fulfilled"]
    stage.sweeps()
    assert stage.order(bought)["fulfilled"]
    assert (status(stage, gone), stage.order(gone)["fulfilled"]) == ("refunded", False)


@pytest.mark.parametrize(("age", "given"), [(119, True), (121, False)])
def test_a_signed_event_proves_a_payment_for_two_minutes(
    stage_on: Stage, age: int, *, given: bool
) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    stage.pays(bought)
    stage.advance(age)

    stage.delivers("payment_intent.succeeded")

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"]) == ("paid", given)


def test_an_old_event_signed_anew_is_old(stage: Stage) -> None:
    """Our clock runs an hour behind; the signature tells how old the event is."""
    bought = stage.buys()
    stage.pays(bought)
    behind = int(stage.now / 1000) - 3600

    stage.delivers("checkout.session.completed", created=behind - 300, signed_at=stage.now / 1000)

    assert (status(stage, bought), stage.order(bought)["fulfilled"]) == ("paid", False)


def test_a_replayed_event_fulfils_only_after_a_look(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.delivers("checkout.session.completed", at_version="2020-08-27")
    assert not stage.order(bought)["fulfilled"]
    refund_all(stage, bought)
    stage.drops()

    stage.use_cases.receive_event.replay(event["id"], source="cli")
    stage.sweeps()

    assert (status(stage, bought), stage.order(bought)["fulfilled"]) == ("refunded", False)


def gives_up_a_session_it_had_opened(stage: Stage) -> tuple[str, str]:
    """Lose both answers to a create, then give the draft up; return the order and the session."""
    rule = {"method": "POST", "path": "/v1/checkout/sessions", "kind": "commit_then_reset"}
    stage.control("PUT", "faults", {"api": [rule | {"probability": 1}]})
    with pytest.raises(Exception, match="Stripe does not answer"):
        stage.buys(nonce="lost")
    stage.control("DELETE", "faults")
    (order,) = stage.use_cases.read_orders.page(limit=1).orders
    (session,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    (attempt,) = stage.order(order.id)["attempts"]
    gone = Case("sweep", order_id=order.id, change=withdraw(attempt["id"]))
    stage.parts.settle_order.settle(gone)  # as if no list had shown it
    return order.id, session["id"]


def test_a_draft_given_up_is_revived_by_the_session_it_had_opened_after_all(
    stage_on: Stage,
) -> None:
    """Law 3: what we guess never outranks what Stripe says."""
    stage = stage_on
    order, session = gives_up_a_session_it_had_opened(stage)
    assert status(stage, order) == "failed"

    stage.pays(session, GOOD)
    stage.delivers()

    assert (status(stage, order), stage.order(order)["fulfilled"]) == ("paid", True)


def test_a_session_that_comes_to_light_beside_a_newer_one_is_closed_at_stripe(
    stage_on: Stage,
) -> None:
    """At most one session of an order may be payable."""
    stage = stage_on
    order, lost = gives_up_a_session_it_had_opened(stage)
    again = stage.use_cases.start_checkout.again(order)
    assert again.id != lost
    stage.parts.adopt_session.adopt(
        stage.parts.stripe.sessions.look(lost, urgent=True), source="test"
    )

    stage.works(300)

    found = stage.stripe("GET", f"/v1/checkout/sessions/{lost}")
    assert found["status"] == "expired"
    assert stage.stripe("GET", f"/v1/checkout/sessions/{again.id}")["status"] == "open"
    assert status(stage, order) == "pending"


def test_a_dispute_seen_lost_by_a_look_is_not_won_again_by_an_old_event(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.delivers()
    dispute = stage.control("POST", f"payment_intents/{paid['payment_intent']}/dispute", {})
    stage.delivers()
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute['id']}/close", {"status": "won"})
    (won,) = stage.events("charge.dispute.closed")
    stage.drops()
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute['id']}/close", {"status": "lost"})
    stage.drops()
    stage.use_cases.look_at_order.look(bought.order, source="test")
    assert status(stage, bought) == "charged_back"

    stage.delivers(won)

    assert status(stage, bought) == "charged_back"
