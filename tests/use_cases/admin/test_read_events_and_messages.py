"""Listings go newest first, page by page, without a gap or a repeat, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from checkout_service.domain.errors import InvalidInput, NotFound
from checkout_service.storage.tables import inbox_events
from checkout_service.use_cases.admin.read_events import ReadEvents
from checkout_service.use_cases.notify.read_messages import ReadMessages
from tests.support.merchant import running_merchant
from tests.support.outbox import NOON, Outbox, open_outbox

BODY = b'{"id":"evt_0"}'


@pytest.fixture
def outbox(database_url: str) -> Iterator[Outbox]:
    with running_merchant() as merchant:
        opened = open_outbox(database_url, merchant)
        yield opened
        opened.close()


def record(outbox: Outbox, number: int, *, at: int, state: str, order_id: str | None) -> str:
    row = {
        "id": f"evt_{number}",
        "type": "checkout.session.completed",
        "state": state,
        "source": "webhook",
        "livemode": False,
        "order_id": order_id,
        "body": BODY,
        "created": at - 1_000,
        "received_at": at,
    }
    outbox.database.write(lambda c: c.execute(insert(inbox_events).values(row)))
    return f"evt_{number}"


def test_events_are_listed_newest_first_and_page_by_page(outbox: Outbox) -> None:
    # Several in one millisecond: the id breaks the tie.
    known = [record(outbox, n, at=NOON + n // 3, state="applied", order_id=None) for n in range(25)]
    read, seen, cursor = ReadEvents(outbox.database), list[str](), None
    while True:
        page = read.page(limit=4, cursor=cursor)
        seen += [event.id for event in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert sorted(seen) == sorted(known)
    assert seen[0] == "evt_24"
    assert seen[-3:] == ["evt_2", "evt_1", "evt_0"]


def test_events_can_be_narrowed_to_a_state_or_an_order(outbox: Outbox) -> None:
    record(outbox, 1, at=NOON, state="applied", order_id="ord_a")
    record(outbox, 2, at=NOON, state="failed", order_id="ord_a")
    record(outbox, 3, at=NOON, state="failed", order_id="ord_b")
    read = ReadEvents(outbox.database)

    assert {event.id for event in read.page(state="failed").events} == {"evt_2", "evt_3"}
    assert {event.id for event in read.page(order_id="ord_a").events} == {"evt_1", "evt_2"}
    assert [e.id for e in read.page(order_id="ord_a", state="failed").events] == ["evt_2"]


def test_one_event_comes_with_its_body_as_it_was(outbox: Outbox) -> None:
    record(outbox, 1, at=NOON, state="applied", order_id=None)

    detail = ReadEvents(outbox.database).detail("evt_1")

    assert detail.body == BODY
    assert (detail.event.received_at, detail.event.created) == (NOON, NOON - 1_000)


def test_messages_are_listed_newest_first_and_page_by_page(outbox: Outbox) -> None:
    known = outbox.owe(3, each=3)
    outbox.clock.move(seconds=1)
    (newest,) = outbox.owe()
    read = ReadMessages(outbox.database)

    first = read.page(limit=6)
    second = read.page(limit=6, cursor=first.next_cursor)

    seen = [message.id for message in (*first.messages, *second.messages)]
    assert seen[0] == newest
    assert sorted(seen) == sorted([*known, newest])
    assert second.next_cursor is None


def test_a_message_tells_how_its_delivery_goes(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    outbox.deliver.deliver()

    detail = ReadMessages(outbox.database).detail(id_)

    assert (detail.message.state, detail.message.tries) == ("delivered", 1)
    assert detail.message.delivered_at == outbox.clock.now()
    assert '"order.paid"' in detail.body


def test_messages_are_counted_by_state(outbox: Outbox) -> None:
    outbox.owe(2)
    outbox.deliver.deliver()
    outbox.owe(3)

    assert ReadMessages(outbox.database).counts() == {"delivered": 2, "due": 3}


@pytest.mark.parametrize("cursor", ["", "x", "ord_1", "é", "MTIzOg", "LTE6ZXZ0XzE", "A" * 500])
def test_a_foreign_cursor_is_refused(outbox: Outbox, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        ReadEvents(outbox.database).page(cursor=cursor)
    with pytest.raises(InvalidInput):
        ReadMessages(outbox.database).page(cursor=cursor)


def test_what_is_not_there_is_not_found(outbox: Outbox) -> None:
    with pytest.raises(NotFound):
        ReadEvents(outbox.database).detail("evt_unknown")
    with pytest.raises(NotFound):
        ReadMessages(outbox.database).detail("msg_unknown")
