"""What is written of different orders at the same time: in one statement, and by one commit."""

from __future__ import annotations

from collections.abc import Sequence

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.diff import Writing
from checkout_service.storage.ledger.new_orders import OrderRows, insert_orders
from checkout_service.storage.ledger.write import write_plain
from checkout_service.storage.prepared import ForMany

from .gathering import Gathering


class WriteTogether:
    """Nobody hears of a write before it is durable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        most, common = ForMany.MOST, DatabaseUnavailable
        self._new_orders = Gathering(self._insert, most=most, common=common)
        self._settlements = Gathering(self._write, most=most, common=common)

    def insert(self, rows: OrderRows) -> bool:
        """Write a new order down; False if its nonce has its order already.

        Raises DatabaseUnavailable.
        """
        inserted = self._new_orders.do(rows, key=rows.order["nonce"])
        return self._insert([rows])[0] if inserted is None else inserted

    def write(self, writing: Writing) -> bool:
        """Write an everyday settlement; False if it takes a look at the order as it is now.

        Raises DatabaseUnavailable.
        """
        return bool(self._settlements.do(writing, key=writing.order_id))

    def _insert(self, given: Sequence[OrderRows]) -> list[bool]:
        return self._database.write_at_once(lambda c: insert_orders(c, given))

    def _write(self, writings: Sequence[Writing]) -> list[bool]:
        written = self._database.write_at_once(lambda c: write_plain(c, writings))
        return [writing.order_id in written for writing in writings]
