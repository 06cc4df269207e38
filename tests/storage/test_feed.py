"""The feed's places are given out one after another, whoever reads and writes meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from checkout_service.storage import feed
from checkout_service.storage.database import Database
from checkout_service.storage.tables import outbox_messages
from tests.storage.pending import ORDER, write_order


def message(number: int) -> dict[str, object]:
    return {
        "id": f"msg_{number}", "order_id": ORDER, "kind": "order.held", "about": str(number),
        "sequence": number, "body": "{}", "created_at": 1_000 - number,
    }  # fmt: skip


def test_readers_at_once_give_every_message_one_place(database: Database) -> None:
    database.write(write_order)
    rows = [message(number) for number in range(40)]
    database.write(lambda c: c.execute(outbox_messages.insert(), rows))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(database.write, feed.give_places) for _ in range(8)]:
            assert done.result() is False

    with database.read() as connection:
        read = feed.after(connection, 0, limit=100)
        rest = feed.after(connection, 30, limit=100)
    assert [one.place for one in read] == list(range(1, 41))
    assert [one.id for one in read] == [f"msg_{n}" for n in reversed(range(40))]
    assert rest == read[30:]
