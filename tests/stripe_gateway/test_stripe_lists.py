"""What a list asks of Stripe, and how much of each payment it shows."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.stripe_gateway import StripeParts
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe, error

FORBIDDEN = error(403, type="invalid_request_error", message="rak_charge_read is missing")
WAYS = (
    "data.payment_intent.latest_charge.refunds",
    "data.payment_intent.latest_charge",
    "data.payment_intent",
)


def asked(stub: StubStripe) -> list[tuple[str, dict[str, list[str]]]]:
    return [(seen.path, seen.query) for seen in stub.seen]


def session_ids(found: Iterable[Snapshot]) -> list[str]:
    return [snapshot.session.id for snapshot in found if snapshot.session is not None]


def test_sessions_are_listed_page_by_page_as_they_are_wanted(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(
        Answer(
            sj.a_list(sj.a_session(id="cs_test_3"), sj.a_session(id="cs_test_2"), has_more=True)
        ),
        Answer(sj.a_list(sj.a_session(id="cs_test_1"))),
    )

    found = gateway.sessions.find(
        created_from=5_500, created_to=9_999, payment_link="plink_1", status="complete"
    )
    assert reads == []
    assert session_ids([next(found)]) == ["cs_test_3"]
    assert reads == [False]
    assert session_ids(found) == ["cs_test_2", "cs_test_1"]

    window = {"created[gte]": ["5"], "created[lte]": ["9"], "limit": ["100"],
              "payment_link": ["plink_1"], "status": ["complete"]}  # fmt: skip
    assert asked(stub) == [
        ("/v1/checkout/sessions", window),
        ("/v1/checkout/sessions", {**window, "starting_after": ["cs_test_2"]}),
    ]
    assert reads == [False, False]


def test_intents_are_listed_too(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(Answer(sj.a_list(sj.an_intent())))

    (found,) = gateway.intents.find(created_from=0, created_to=1000)

    assert found.intent is not None
    assert (found.intent.id, found.session, found.whole) == (sj.INTENT_ID, None, False)
    assert asked(stub) == [
        ("/v1/payment_intents", {"created[gte]": ["0"], "created[lte]": ["1"], "limit": ["100"]})
    ]


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"data": None},
        {"data": [1]},
        {"data": [], "has_more": True},
        {"data": [], "has_more": 1},
    ],
)
def test_a_list_that_makes_no_sense_ends_in_unavailable(
    gateway: StripeParts, stub: StubStripe, page: sj.Json
) -> None:
    stub.says(Answer(page))

    with pytest.raises(StripeUnavailable):
        list(gateway.sessions.find())
    with pytest.raises(StripeUnavailable):
        gateway.events.page(0, undelivered=False)


def with_charge(name: str = sj.SESSION_ID, **charge: object) -> sj.Json:
    return sj.a_session(id=name, payment_intent=sj.an_intent(latest_charge=sj.a_charge(**charge)))


def test_a_plain_list_shows_no_payment_whole(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(Answer(sj.a_list(with_charge())))

    (found,) = gateway.sessions.find()

    assert not found.whole
    assert (found.refunds, found.disputes) == ((), ())
    assert asked(stub)[0][1] == {"limit": ["100"]}


REFUNDS = sj.a_list(sj.a_refund(), sj.a_refund(id="re_2", status="failed"))


@pytest.mark.parametrize(
    ("session", "whole", "refunds"),
    [
        (with_charge(), True, []),
        (with_charge(refunds=sj.a_list()), True, []),
        (with_charge(refunds=REFUNDS, amount_refunded=150), True, ["re_1", "re_2"]),
        # What does not fit into the list takes a look of its own.
        (with_charge(refunds=sj.a_list(sj.a_refund(), has_more=True)), False, []),
        (with_charge(amount_refunded=150), False, []),
        (with_charge(refunded=True), False, []),
        (with_charge(disputed=True, refunds=sj.a_list()), False, []),
        (sj.a_session(mode="subscription", payment_intent=None), False, []),
        (sj.a_session(status="open", payment_status="unpaid", payment_intent=None), True, []),
        (sj.a_session(payment_intent=sj.an_intent(latest_charge=None)), True, []),
    ],
)
def test_a_whole_list_says_of_each_session_whether_it_shows_all_of_it(
    gateway: StripeParts, stub: StubStripe, session: sj.Json, whole: bool, refunds: list[str]
) -> None:
    stub.says(Answer(sj.a_list(session)))

    (found,) = gateway.sessions.find(whole=True)

    assert found.whole is whole
    assert [refund.id for refund in found.refunds] == refunds
    assert asked(stub)[0][1]["expand[0]"] == [WAYS[0]]


def test_a_restricted_key_lists_with_what_it_may_expand_and_does_not_ask_again(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(*[FORBIDDEN] * 4, Answer(sj.a_list(sj.a_session())))

    for _ in range(2):
        assert session_ids(gateway.sessions.find(whole=True)) == [sj.SESSION_ID]

    expanded = [query.get("expand[0]") for _, query in asked(stub)]
    assert expanded == [[WAYS[0]], *([way] for way in WAYS), None, None]
    assert len(reads) == 6


def test_a_list_refused_altogether_is_refused(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(FORBIDDEN)

    with pytest.raises(StripeRejected):
        list(gateway.sessions.find(whole=True))


def test_each_page_was_observed_when_it_was_asked_for(
    gateway: StripeParts, stub: StubStripe
) -> None:
    first = sj.a_list(sj.a_session(id="cs_test_2"), has_more=True)
    stub.says(Answer(first, wait=0.2), Answer(sj.a_list(sj.a_session(id="cs_test_1")), wait=0.2))
    began = int(time.time() * 1000)

    found = list(gateway.sessions.find(whole=True))
    ended = int(time.time() * 1000)

    assert began <= found[0].asked_at <= found[1].asked_at - 200
    assert found[1].asked_at <= ended - 200
