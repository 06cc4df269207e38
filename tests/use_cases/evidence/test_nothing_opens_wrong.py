"""Laws 5 and 10: what was opened is looked for, and what opened wrong is closed at once."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.domain.clock import DAY, HOUR
from checkout_service.domain.errors import OpenedWrong, OrderCanceled, StripeUnavailable
from checkout_service.storage import orders
from tests.support.stage import Killed, Stage, calling, writing

_SESSIONS, _INTENTS = "/v1/checkout/sessions", "/v1/payment_intents"
_PATHS = {"checkout_session": _SESSIONS, "payment_intent": _INTENTS}
KINDS = pytest.mark.parametrize("kind", sorted(_PATHS))


def loses_the_answer(stage: Stage, kind: str) -> str:
    """Have Stripe open a payment whose answer never comes; give the order."""
    rule = {"method": "POST", "path": _PATHS[kind], "kind": "commit_then_reset"}
    stage.control("PUT", "faults", {"api": [rule | {"probability": 1}]})
    with pytest.raises(StripeUnavailable):
        stage.buys(kind=kind)
    stage.control("DELETE", "faults")
    stage.drops()
    return only_order(stage)


def only_order(stage: Stage) -> str:
    (order,) = stage.use_cases.read_orders.page(limit=2).orders
    return order.id


def at_stripe(stage: Stage, kind: str) -> list[str]:
    """Tell how the payments stand that Stripe has opened."""
    return [one["status"] for one in stage.stripe("GET", _PATHS[kind])["data"]]


def opens_as(stage: Stage, kind: str, **fields: Any) -> None:
    """Have Stripe's answer to the next create say something else."""
    stage.control("PUT", "faults", {"alter": [{"path": _PATHS[kind], "fields": fields}]})
    opening = calling("POST", _PATHS[kind], moment="after")
    stage.meanwhile(opening, lambda: stage.control("DELETE", "faults"))


@pytest.mark.parametrize("days", [1, 10])
def test_a_draft_is_looked_for_before_it_is_given_up(stage_on: Stage, days: int) -> None:
    """Seed 551: nobody swept for ten days; the session had been opened, and was over."""
    stage = stage_on
    order = loses_the_answer(stage, "checkout_session")
    stage.advance((days * DAY + HOUR) / 1000)
    stage.drops()
    events = {"method": "GET", "path": "/v1/events", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [events]})

    stage.works(120)

    assert stage.order(order)["status"] == "expired"
    assert stage.messages(order, "order.failed") == []


def test_an_intent_whose_draft_was_given_up_late_is_ended_at_stripe(stage_on: Stage) -> None:
    stage = stage_on
    order = loses_the_answer(stage, "payment_intent")
    stage.advance((DAY + HOUR) / 1000)

    stage.works(180)

    assert at_stripe(stage, "payment_intent") == ["canceled"]
    assert stage.order(order)["status"] == "expired"


@KINDS
def test_a_cancel_closes_what_a_draft_had_opened(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    order = loses_the_answer(stage, kind)

    stage.cancels(order)

    assert stage.order(order)["status"] == "canceled"
    assert set(at_stripe(stage, kind)) <= {"expired", "canceled"}
    assert [message["kind"] for message in stage.messages(order)] == ["order.canceled"]


def test_a_refusal_of_a_repeated_create_does_not_hide_what_the_first_one_opened(
    stage: Stage,
) -> None:
    """The next release asks in other words: Stripe refuses them under the key of the first."""
    stage.kills(calling("POST", _SESSIONS, moment="after"))
    with pytest.raises(Killed):
        stage.buys()
    stage.restart()
    stage.advance(120)
    order = only_order(stage)
    other = {"cancel_url": "https://shop.test/changed"}
    stage.parts.database.write(lambda c: orders.update_order(c, order, other))

    stage.works(60)

    (attempt,) = stage.order(order)["attempts"]
    assert (attempt["state"], stage.order(order)["status"]) == ("open", "pending")


@KINDS
def test_what_opened_while_its_order_was_canceled_is_closed_though_the_process_dies(
    stage: Stage, kind: str
) -> None:
    """It dies after the session is recorded, and before its closing is written down."""
    opening = calling("POST", _PATHS[kind], moment="after", replica=0)
    stage.meanwhile(opening, lambda: stage.cancels(only_order(stage), by=1))
    opened = False

    def recorded(step: Any) -> bool:
        nonlocal opened
        opened = opened or opening_of(step, kind)
        return opened and step.replica == 0 and step.is_write and step.moment == "after"

    stage.kills(recorded)
    with pytest.raises((Killed, OrderCanceled)):
        stage.buys(kind=kind)
    stage.restart()

    stage.works(600)

    assert set(at_stripe(stage, kind)) <= {"expired", "canceled"}
    assert stage.order(only_order(stage))["status"] == "canceled"


def opening_of(step: Any, kind: str) -> bool:
    return bool(step.call and step.moment == "after" and step.call.path == _PATHS[kind])


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_what_opened_wrong_is_closed_though_the_process_dies(stage: Stage, nth: int) -> None:
    opens_as(stage, "checkout_session", amount_total=1)
    seen = False

    def after_the_answer(step: Any) -> bool:
        nonlocal seen
        seen = seen or opening_of(step, "checkout_session")
        return seen and written(step)

    written = writing("after", nth=nth)
    stage.kills(after_the_answer)
    with pytest.raises((Killed, OpenedWrong)):
        stage.buys()
    stage.restart()

    stage.works(600)

    assert at_stripe(stage, "checkout_session") == ["expired"]


@pytest.mark.parametrize(
    "said",
    [
        {"livemode": True},
        {"url": None},
        {"url": "javascript:alert(1)"},
        {"status": "expired"},
        {"status": "complete"},
        {"status": "complete", "payment_status": "paid"},
    ],
    ids=str,
)
def test_a_session_that_no_buyer_could_pay_is_closed_and_nobody_is_sent_there(
    stage: Stage, said: dict[str, Any]
) -> None:
    opens_as(stage, "checkout_session", **said)

    with pytest.raises(OpenedWrong):
        stage.buys()

    assert at_stripe(stage, "checkout_session") == ["expired"]
    stage.works(300)
    order = stage.order(only_order(stage))
    assert (order["status"], order["fulfilled"], order["holds"]) == ("expired", False, [])
    assert [message["kind"] for message in stage.messages(order["id"])] == ["order.expired"]


@pytest.mark.parametrize(
    "said",
    [
        {"status": "canceled"},
        {"status": "succeeded", "amount_received": 2500},
        {"client_secret": None},
        {"amount": 1},
        {"currency": "eur"},
        {"livemode": True},
        {"metadata": {}},
    ],
    ids=str,
)
def test_an_intent_that_opens_wrong_is_canceled_and_nobody_gets_its_secret(
    stage: Stage, said: dict[str, Any]
) -> None:
    opens_as(stage, "payment_intent", **said)

    with pytest.raises(OpenedWrong):
        stage.buys(kind="payment_intent")

    assert at_stripe(stage, "payment_intent") == ["canceled"]
    stage.works(300)
    order = stage.order(only_order(stage))
    assert (order["fulfilled"], order["holds"], order["amount_paid"]) == (False, [], 0)


def test_an_answer_that_cannot_be_read_is_looked_for(stage: Stage) -> None:
    opens_as(stage, "checkout_session", livemode="perhaps")

    bought = stage.buys()

    (session,) = stage.stripe("GET", _SESSIONS)["data"]
    assert (bought.session, session["status"]) == (session["id"], "open")
