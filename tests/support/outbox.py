"""An outbox with messages in it, a clock to move, and workers that deliver to a real server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import insert, select

from checkout_service.domain.clock import SECOND
from checkout_service.domain.ids import message_id, new_id
from checkout_service.domain.ports.notify import Receiver
from checkout_service.merchant_gateway import MerchantReceiver, safe_session
from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import orders, outbox_messages
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from checkout_service.use_cases.notify.deliver_to import DeliverReport
from tests.support.merchant import SECRET, Merchant

NOON = 1_790_000_000_000  # some noon, milliseconds UTC


@dataclass
class MovableClock:
    at: int = NOON

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / SECOND

    def sleep(self, seconds: float) -> None:
        self.move(seconds=seconds)

    def move(self, *, seconds: float) -> None:
        self.at += int(seconds * SECOND)


@dataclass
class Outbox:
    """The outbox of one test, on one database, and the merchant it delivers to."""

    database: Database
    merchant: Merchant
    clock: MovableClock = field(default_factory=MovableClock)
    real_clock: MovableClock = field(default_factory=MovableClock)

    def __post_init__(self) -> None:
        self.session = safe_session(allow_private=True)
        self.receiver: Receiver = MerchantReceiver(
            self.merchant.url, (SECRET,), self.session, read_seconds=1.0
        )
        self.deliver = self.worker()

    def worker(self) -> DeliverOutbox:
        """Hire one more worker; it shares nothing with the others but the database."""
        return DeliverOutbox(
            self.database, (self.receiver,), self.clock, real_clock=self.real_clock
        )

    def owe(self, count: int = 1, *, each: int = 1) -> list[str]:
        """Write orders with this many messages each; return the messages' ids in their order."""
        made = [self._order(each) for _ in range(count)]
        return [one for ids in made for one in ids]

    def _order(self, messages: int) -> list[str]:
        order_id, now = new_id("ord"), self.clock.now()
        order = {
            "id": order_id,
            "nonce": new_id("non"),
            "flow": "checkout_session",
            "status": "paid",
            "amount_total": 2500,
            "currency": "usd",
            "livemode": False,
            "mode": "payment",
            "created_at": now,
            "updated_at": now,
        }
        kinds = ["order.paid", *(["order.refunded"] * (messages - 1))]
        rows = [
            {
                "id": message_id(order_id, kind, str(place)),
                "order_id": order_id,
                "kind": kind,
                "about": str(place),
                "sequence": place,
                "body": json.dumps({"type": kind, "data": {"order": order_id}}),
                "created_at": now,
                "next_at": now,
            }
            for place, kind in enumerate(kinds, start=1)
        ]
        self.database.write(lambda c: c.execute(insert(orders).values(order)))
        self.database.write(lambda c: c.execute(insert(outbox_messages), rows))
        return [str(row["id"]) for row in rows]

    def row(self, id_: str) -> AnyRow:
        with self.database.read() as connection:
            return connection.execute(
                select(outbox_messages).where(outbox_messages.c.id == id_)
            ).one()

    def states(self) -> Counter[str]:
        with self.database.read() as connection:
            return Counter(connection.execute(select(outbox_messages.c.state)).scalars())

    def passes(self, *, seconds: float, every: float = 1) -> DeliverReport:
        """Deliver at a worker's pace for this long by the clock; return the sum."""
        total, until = DeliverReport(), self.clock.now() + int(seconds * SECOND)
        while self.clock.now() < until:
            self.clock.move(seconds=every)
            report = self.deliver.deliver()
            total.delivered += report.delivered
            total.failed += report.failed
            total.dead += report.dead
            total.receiver = report.receiver
        return total

    def until(self, done: Callable[[], bool], *, within: float) -> float:
        """Deliver every second until it is done; return the seconds it took by the clock."""
        begun = self.clock.now()
        while not done():
            assert self.clock.now() - begun < within * SECOND, "it did not come to pass"
            self.passes(seconds=1)
        return (self.clock.now() - begun) / SECOND

    def close(self) -> None:
        self.session.close()
        self.database.engine.dispose()


def open_outbox(url: str, merchant: Merchant) -> Outbox:
    """Open it on a database at head."""
    return Outbox(Database(make_engine(url)), merchant)
