"""Forget the people of finished orders that nothing happened to for a time; a portion at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checkout_service.domain.clock import Clock
from checkout_service.storage import erasure
from checkout_service.storage.database import Database

_ORDERS, _EVENTS = 100, 500  # in one go


@dataclass(frozen=True, slots=True)
class Forgotten:
    orders: int = 0
    events: int = 0


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ForgetOld:
    database: Database
    clock: Clock

    def forget(self, age: int, keep_going: Callable[[], bool] = _always) -> Forgotten:
        """Erase what is older than this age, in milliseconds, bodies of events too."""
        now = self.clock.now()
        orders, events = self._orders(now - age, now, keep_going), 0
        while keep_going():
            emptied = self.database.write(
                lambda c: erasure.empty_events(c, now - age, limit=_EVENTS)
            )
            events += emptied
            if emptied < _EVENTS:
                break
        self.database.write(lambda c: erasure.forget_claims(c, now - age))
        if orders or events:
            self.database.settle_file()
        return Forgotten(orders, events)

    def _orders(self, before: int, now: int, keep_going: Callable[[], bool]) -> int:
        done = 0
        while keep_going():
            with self.database.read() as connection:
                names = erasure.finished_before(connection, before, limit=_ORDERS)
            for name in names:
                done += self._erase(name, now)
            if len(names) < _ORDERS:
                break
        return done

    def _erase(self, order_id: str, now: int) -> bool:
        return self.database.write(lambda c: erasure.erase_order(c, order_id, now=now))
