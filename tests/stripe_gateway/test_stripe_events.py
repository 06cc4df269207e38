"""The events of the last days, a page at a time."""

from __future__ import annotations

import json
from typing import get_args, get_type_hints

import pytest
import stripe

from checkout_service.domain.errors import StripeUnavailable
from checkout_service.stripe_gateway import StripeParts
from checkout_service.stripe_gateway.event_kinds import LISTED, TYPES
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe


def events(*numbers: int) -> list[sj.Json]:
    return [sj.an_event(id=f"evt_{number}") for number in numbers]


def ids(gateway: StripeParts, *, undelivered: bool = False) -> list[str]:
    page = gateway.events.page(7_900, undelivered=undelivered)
    assert page.before is None
    return [event.id for event in page.events]


def queries(stub: StubStripe) -> list[dict[str, str]]:
    return [
        {k: v[0] for k, v in seen.query.items() if not k.startswith("types")} for seen in stub.seen
    ]


def test_one_page_is_told_oldest_first(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(Answer(sj.a_list(*events(3, 2, 1))))

    assert ids(gateway) == ["evt_1", "evt_2", "evt_3"]
    assert queries(stub) == [{"created[gte]": "7", "limit": "100"}]
    assert sorted(v[0] for k, v in stub.seen[0].query.items() if k.startswith("types")) == sorted(
        LISTED
    )
    assert reads == [False]


def test_only_undelivered_events_can_be_asked_for(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(Answer(sj.a_list()))

    assert ids(gateway, undelivered=True) == []
    assert queries(stub) == [
        {"created[gte]": "7", "limit": "100", "delivery_success": "false"}
    ]  # fmt: skip


def test_a_page_leads_to_the_one_before_it(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(
        Answer(sj.a_list(*events(4, 3), has_more=True)),
        Answer(sj.a_list(*events(2, 1))),
    )

    newest = gateway.events.page(7_900, 9_100, undelivered=False)
    older = gateway.events.page(7_900, 9_100, undelivered=False, before=newest.before)

    told = [[event.id for event in page.events] for page in (newest, older)]
    assert told == [["evt_3", "evt_4"], ["evt_1", "evt_2"]]
    assert older.before is None
    assert queries(stub) == [
        {"created[gte]": "7", "created[lte]": "9", "limit": "100"},
        {"created[gte]": "7", "created[lte]": "9", "limit": "100", "starting_after": "evt_3"},
    ]


def test_a_page_that_hides_its_last_event_leads_nowhere(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(Answer(sj.a_list(*events(2), {"object": "event"}, has_more=True)))

    with pytest.raises(StripeUnavailable):
        gateway.events.page(0, undelivered=False)


def test_an_event_we_cannot_read_does_not_hide_the_others(
    gateway: StripeParts, stub: StubStripe, caplog: pytest.LogCaptureFixture
) -> None:
    broken = sj.an_event(id="evt_2", data=None)
    stub.says(Answer(sj.a_list(*events(3), broken, *events(1))))

    assert ids(gateway) == ["evt_1", "evt_3"]
    assert "stripe.event_unreadable" in [record.getMessage() for record in caplog.records]


def test_an_events_body_can_be_read_again(gateway: StripeParts, stub: StubStripe) -> None:
    original = sj.an_event(sj.a_session(client_reference_id="ümläut \U0001f5bc"))
    stub.says(Answer(sj.a_list(original)))

    (event,) = gateway.events.page(0, undelivered=False).events

    assert json.loads(event.body) == original
    assert gateway.event_reader.read(event.body) == event


def test_the_kinds_we_ask_for_are_kinds_stripe_knows() -> None:
    known = get_args(get_type_hints(stripe.Event)["type"])

    assert set(LISTED) < set(TYPES) <= set(known)
    assert len(set(TYPES)) == len(TYPES)
    assert len(LISTED) <= 20
