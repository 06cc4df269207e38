"""Lists: newest first, by pages and cursors, filtered."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_session, an_intent, pay_intent
from tests.sandbox.conftest import World


def test_pages_follow_cursors_both_ways(client: stripe.StripeClient) -> None:
    made = [a_session(client).id for _ in range(7)]
    newest = made[::-1]

    first = client.v1.checkout.sessions.list(params={"limit": 3})
    assert [found.id for found in first.data] == newest[:3]
    assert first.has_more
    after = client.v1.checkout.sessions.list(params={"limit": 3, "starting_after": newest[2]})
    assert [found.id for found in after.data] == newest[3:6]
    last = client.v1.checkout.sessions.list(params={"limit": 3, "starting_after": newest[5]})
    assert ([found.id for found in last.data], last.has_more) == (newest[6:], False)
    before = client.v1.checkout.sessions.list(params={"limit": 2, "ending_before": newest[4]})
    assert ([found.id for found in before.data], before.has_more) == (newest[2:4], True)


def test_all_pages_come_by_themselves_forwards_and_backwards(client: stripe.StripeClient) -> None:
    made = [an_intent(client).id for _ in range(5)]

    forwards = client.v1.payment_intents.list(params={"limit": 2}).auto_paging_iter()
    assert [found.id for found in forwards] == made[::-1]
    page = client.v1.payment_intents.list(params={"limit": 2, "ending_before": made[0]})
    assert [found.id for found in page.auto_paging_iter()] == made[1:]


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_has_1_to_100_items(client: stripe.StripeClient, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.events.list(params={"limit": limit})

    assert caught.value.param == "limit"


@pytest.mark.parametrize("params", [{"starting_after": "evt_no"}, {"surprise": "1"}])
def test_a_wrong_cursor_or_filter_is_refused(client: stripe.StripeClient, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.list(params=params)


def test_sessions_are_found_by_what_they_are(client: stripe.StripeClient, world: World) -> None:
    open_one, paid, gone = a_session(client), a_session(client), a_session(client)
    intent = world.pay(paid.id, email="jenny@example.com")["payment_intent"]
    client.v1.checkout.sessions.expire(gone.id)

    def found(**params: Any) -> list[str]:
        return [one.id for one in client.v1.checkout.sessions.list(params=params).data]  # type: ignore[arg-type]

    assert found(status="open") == [open_one.id]
    assert found(status="complete") == [paid.id]
    assert found(status="expired") == [gone.id]
    assert found(payment_intent=intent) == [paid.id]
    assert found(customer_details={"email": "jenny@example.com"}) == [paid.id]
    assert found(created={"gte": open_one.created}) == [gone.id, paid.id, open_one.id]
    assert found(created={"lt": open_one.created}) == []


def test_charges_and_events_are_found_by_what_they_are(
    client: stripe.StripeClient, world: World
) -> None:
    paid = pay_intent(client, an_intent(client).id)
    an_intent(client)

    charges = client.v1.charges.list(params={"payment_intent": paid.id}).data
    assert [charge.id for charge in charges] == [paid.latest_charge]
    of_type = client.v1.events.list(params={"type": "charge.succeeded"}).data
    assert [event.type for event in of_type] == ["charge.succeeded"]
    wild = client.v1.events.list(params={"type": "payment_intent.*"}).data
    assert len(wild) == 3
    several = client.v1.events.list(
        params={"types": ["charge.succeeded", "payment_intent.succeeded"]}
    ).data
    assert [event.type for event in several] == ["payment_intent.succeeded", "charge.succeeded"]
    one = client.v1.events.retrieve(several[0].id)
    assert one.data.object["id"] == paid.id
    assert one.request is not None
    assert one.request.idempotency_key


def test_an_event_shows_its_object_as_it_was(client: stripe.StripeClient, world: World) -> None:
    intent = an_intent(client)
    client.v1.payment_intents.update(intent.id, params={"amount": 900})

    event = client.v1.events.list(params={"type": "payment_intent.created"}).data[0]

    assert event.data.object["amount"] == 1500
    assert event.api_version == "2026-10-28.endive"


def a_paid_session_with_refunds(client: stripe.StripeClient, world: World, refunds: int) -> Any:
    session = world.pay(a_session(client).id)
    for _ in range(refunds):
        client.v1.refunds.create(params={"payment_intent": session["payment_intent"], "amount": 10})
    return session


def test_a_list_of_sessions_shows_payments_down_to_their_refunds(
    client: stripe.StripeClient, world: World
) -> None:
    unpaid = a_session(client)
    paid = a_paid_session_with_refunds(client, world, 2)

    query = "expand[]=data.payment_intent.latest_charge.refunds&expand[]=data.line_items"
    found = world.raw("GET", f"/v1/checkout/sessions?{query}").json()["data"]

    assert [one["id"] for one in found] == [paid["id"], unpaid.id]
    charge = found[0]["payment_intent"]["latest_charge"]
    assert [refund["amount"] for refund in charge["refunds"]["data"]] == [10, 10]
    assert found[1]["payment_intent"] is None
    assert found[1]["line_items"]["data"][0]["quantity"] == 1


def test_a_list_of_intents_shows_charges_and_their_refunds(
    client: stripe.StripeClient, world: World
) -> None:
    a_paid_session_with_refunds(client, world, 1)
    an_intent(client)

    found = client.v1.payment_intents.list(params={"expand": ["data.latest_charge.refunds"]}).data

    assert found[0].latest_charge is None
    assert isinstance(found[1].latest_charge, stripe.Charge)
    assert found[1].latest_charge.refunds is not None
    assert len(found[1].latest_charge.refunds.data) == 1
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        client.v1.payment_intents.list(
            params={"expand": ["data.latest_charge.refunds.data.charge"]}
        )


def test_a_charge_shows_its_ten_newest_refunds_and_says_that_there_are_more(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_paid_session_with_refunds(client, world, 12)
    newest = client.v1.refunds.list(
        params={"payment_intent": session["payment_intent"], "limit": 100}
    ).data
    world.call("POST", f"refunds/{newest[0].id}/fail")

    path = f"/v1/checkout/sessions/{session['id']}"
    charge = world.raw("GET", f"{path}?expand[]=payment_intent.latest_charge.refunds").json()[
        "payment_intent"
    ]["latest_charge"]

    shown = charge["refunds"]
    assert [refund["id"] for refund in shown["data"]] == [one.id for one in newest[:10]]
    assert shown["data"][0]["status"] == "failed"
    assert shown["has_more"]
    rest = client.v1.refunds.list(
        params={"charge": charge["id"], "starting_after": shown["data"][-1]["id"]}
    )
    assert [refund.id for refund in rest.data] == [one.id for one in newest[10:]]
    assert not rest.has_more


@pytest.mark.parametrize(
    ("path", "expand", "permission"),
    [
        ("checkout/sessions/{cs}", "payment_intent.latest_charge.refunds", "rak_charge_read"),
        ("checkout/sessions", "data.payment_intent.latest_charge", "rak_charge_read"),
        ("payment_intents", "data.latest_charge.refunds", "rak_charge_read"),
        ("payment_intents", "data.payment_method", "rak_payment_method_read"),
        ("checkout/sessions/{cs}", "payment_intent", None),
        ("checkout/sessions", "data.line_items", None),
    ],
)
def test_a_restricted_key_expands_only_what_it_may_read(
    client: stripe.StripeClient, world: World, path: str, expand: str, permission: str | None
) -> None:
    session = a_paid_session_with_refunds(client, world, 1)

    answer = world.raw(
        "GET",
        f"/v1/{path.format(cs=session['id'])}?expand[]={expand}",
        headers={"Authorization": "Bearer rk_test_reader"},
    )

    assert answer.status_code == (403 if permission else 200)
    assert permission is None or permission in answer.text
