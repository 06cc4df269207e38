"""A link is paid twice: a session that nobody knows is looked up, whatever else was just seen."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import HOUR, SECOND
from tests.support.stage import Bought, Killed, Stage, calling
from tests.use_cases.evidence.waiting import SEPA_LATE

SEPA_FAILS = "AT861904300235473202"
UNANSWERED = {"method": "GET", "path": "/v1/checkout", "kind": "error_500", "probability": 1}


def sold(stage: Stage, link: str = "mug") -> tuple[Bought, str]:
    """Put a link's order; return it and its reference."""
    stage.make_link(link)
    bought = stage.link_order(link)
    return bought, str(bought.reference)


def asked(stage: Stage, session: str) -> int:
    return len(stage.reads(session))


@pytest.mark.parametrize("wait", [False, True], ids=["polls", "is back"])
@pytest.mark.parametrize("first", ["voucher", SEPA_LATE, None], ids=["voucher", "sepa", "unpaid"])
def test_the_second_session_is_looked_up_though_the_first_was_a_moment_ago(
    stage_on: Stage, first: str | None, *, wait: bool
) -> None:
    """Seed 81204: whoever had looked did not see it, and its buyer was told "processing"."""
    stage = stage_on
    bought, reference = sold(stage)
    early = stage.pays(bought, first)["id"] if first else made_up(0)
    stage.polls(reference, early)
    assert stage.order(bought)["status"] == ("processing" if first else "pending")

    paid = stage.pays(bought)
    stage.drops()
    answer = stage.polls(reference, paid["id"], wait=wait)

    assert (answer.order.status, answer.order.fulfilled) == ("paid", True)


@pytest.mark.parametrize("how", ["made up", "of another shop", "not answered"])
def test_fifty_polls_for_one_session_of_nobodys_cost_stripe_little(stage: Stage, how: str) -> None:
    bought, reference = sold(stage)
    session = made_up(0)
    if how == "of another shop":
        session = of_another_shop(stage)
    if how == "not answered":
        stage.control("PUT", "faults", {"api": [UNANSWERED]})
    stage.forget_calls()
    began = stage.now

    while stage.now < began + 10 * SECOND:
        stage.polls(reference, session)
        stage.advance(0.2)

    print(f"{how}: {asked(stage, session)} reads")
    assert asked(stage, session) <= (1 if how == "made up" else 5)
    stage.control("DELETE", "faults")
    paid = stage.pays(bought)
    stage.drops()
    assert stage.polls(reference, paid["id"]).order.status == "paid"


def made_up(number: int) -> str:
    return f"cs_test_ofNobodyAtAll{number}"


def of_another_shop(stage: Stage) -> str:
    params = {
        "mode": "payment",
        "success_url": "https://another.example",
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 900,
        "line_items[0][price_data][product_data][name]": "Theirs",
    }
    return str(stage.stripe("POST", "/v1/checkout/sessions", **params)["id"])


@pytest.mark.parametrize("how", ["made up", "of another shop"])
def test_a_strangers_sessions_cost_little_and_hide_no_buyers(stage: Stage, how: str) -> None:
    """Four of theirs and the buyer's are all that a reference has."""
    bought, reference = sold(stage)
    theirs = [of_another_shop(stage) if how != "made up" else made_up(n) for n in range(4)]
    stage.forget_calls()
    began = stage.now

    while stage.now < began + 10 * SECOND:
        for session in theirs:
            stage.polls(reference, session)
        stage.advance(0.2)

    reads = [asked(stage, session) for session in theirs]
    print(f"{how}: {reads} reads")
    assert sum(reads) <= (4 if how == "made up" else 16)
    paid = stage.pays(bought)
    stage.drops()
    assert stage.polls(reference, paid["id"]).order.status == "paid"


def test_beyond_five_sessions_none_is_asked_for_and_the_sweep_finds_the_buyers(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought, reference = sold(stage)
    for n in range(7):
        stage.polls(reference, made_up(n))
        stage.advance(0.2)
    assert [asked(stage, made_up(n)) for n in range(7)] == [1, 1, 1, 1, 1, 0, 0]
    paid = stage.pays(bought)
    stage.drops()

    assert stage.polls(reference, paid["id"]).order.status == "pending"
    stage.advance(60)
    stage.sweeps()

    assert stage.order(bought)["status"] == "paid"


def dies_looking(stage: Stage, reference: str, session: str) -> None:
    """Let another replica die while it asks Stripe for a session, and keep the right to look."""

    def dies() -> None:
        stage.kill(1)
        raise Killed

    stage.meanwhile(calling("GET", session, replica=1), dies)
    with pytest.raises(Killed):
        stage.polls(reference, session, by=1)
    stage.advance(1)


@pytest.mark.parametrize("first", [SEPA_LATE, SEPA_FAILS], ids=["processing", "failed"])
def test_who_waits_for_a_look_for_another_session_looks_for_their_own(
    stage_on: Stage, first: str
) -> None:
    stage = stage_on
    bought, reference = sold(stage)
    early = stage.pays(bought, first)["id"]
    stage.advance(HOUR / 1000 if first == SEPA_FAILS else 1)
    stage.polls(reference, early)
    assert stage.order(bought)["status"] == ("failed" if first == SEPA_FAILS else "processing")
    paid = stage.pays(bought)
    stage.drops()
    dies_looking(stage, reference, made_up(0))

    answer = stage.polls(reference, paid["id"], wait=True)

    assert (answer.order.status, asked(stage, paid["id"])) == ("paid", 1)


def test_who_waits_for_one_who_died_looks_themselves(stage_on: Stage) -> None:
    stage = stage_on
    bought, reference = sold(stage)
    paid = stage.pays(bought)
    stage.drops()
    dies_looking(stage, reference, paid["id"])

    answer = stage.polls(reference, paid["id"], wait=True)

    assert (answer.order.status, answer.order.fulfilled) == ("paid", True)


def test_a_page_that_polls_while_somebody_looks_comes_again(stage: Stage) -> None:
    bought, reference = sold(stage)
    paid = stage.pays(bought)
    stage.drops()

    def polls() -> None:
        answer = stage.polls(reference, paid["id"], by=1)
        assert (answer.order.status, answer.retry_after) == ("pending", 1)

    stage.meanwhile(calling("GET", paid["id"], replica=0), polls)
    assert stage.polls(reference, paid["id"]).order.status == "paid"
    assert asked(stage, paid["id"]) == 1


def test_a_look_for_a_strangers_session_leaves_the_buyers_own_no_rest(stage_on: Stage) -> None:
    stage = stage_on
    bought, reference = sold(stage)
    paid = stage.pays(bought, SEPA_LATE)
    stage.polls(reference, paid["id"])
    stage.advance(HOUR / 1000)
    stage.drops()
    stage.polls(reference, made_up(0))

    assert stage.polls(reference, paid["id"]).order.status == "paid"


def test_who_is_back_with_the_session_of_an_older_order_is_shown_that_order(
    stage_on: Stage,
) -> None:
    stage = stage_on
    older, reference = sold(stage)
    newer, another = sold(stage)
    paid = stage.pays(older)
    stage.drops()

    back = stage.use_cases.poll_link.returned([another, reference], paid["id"])

    assert back is not None
    assert (back.reference, back.order.id, back.order.status) == (reference, older.order, "paid")
    assert stage.order(newer)["status"] == "pending"
    assert asked(stage, paid["id"]) == 1


def test_who_is_back_after_a_second_try_is_told_that_it_paid(stage_on: Stage) -> None:
    """Twin of seed 584: the page of the return took an order that had failed for done with."""
    stage = stage_on
    bought, reference = sold(stage)
    failed = stage.pays(bought, SEPA_FAILS)
    stage.advance(HOUR / 1000)
    stage.polls(reference, failed["id"])
    paid = stage.pays(bought)
    stage.drops()

    back = stage.use_cases.poll_link.returned([reference], paid["id"])

    assert back is not None
    assert (back.reference, back.order.status, back.order.fulfilled) == (reference, "paid", True)


def test_who_is_back_with_what_cannot_be_looked_up_is_not_told_of_an_older_failure(
    stage: Stage,
) -> None:
    bought, reference = sold(stage)
    failed = stage.pays(bought, SEPA_FAILS)
    stage.advance(HOUR / 1000)
    stage.polls(reference, failed["id"])
    paid = stage.pays(bought)
    stage.control("PUT", "faults", {"api": [UNANSWERED]})

    assert stage.use_cases.poll_link.returned([reference], paid["id"]) is None
