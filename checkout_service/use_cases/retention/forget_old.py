"""Forget the people of finished orders that nothing happened to for a time; a portion at a time."""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.storage import erasure, event_bodies
from checkout_service.storage.database import Database


@frozen
class Forgotten:
    orders: int = 0
    events: int = 0


def _always() -> bool:
    return True


@frozen
class ForgetOld:
    database: Database
    clock: Clock

    def forget(self, age: int, keep_going: Callable[[], bool] = _always) -> Forgotten:
        """Erase what is older than this age, in milliseconds, bodies of events too."""
        now = self.clock.now()
        orders, events = self._orders(now - age, now, keep_going), 0
        for emptied in event_bodies.empty_older(self.database, now - age):
            events += emptied
            if not keep_going():
                break
        erasure.forget_claims(self.database, now - age)
        if orders or events:
            self.database.settle_file()
        return Forgotten(orders, events)

    def _orders(self, before: int, now: int, keep_going: Callable[[], bool]) -> int:
        done = 0
        for names in erasure.finished_before(self.database, before):
            done += len(self._erase(names, now))
            if not keep_going():
                break
        return done

    def _erase(self, names: list[str], now: int) -> set[str]:
        return self.database.write(lambda c: erasure.erase_orders(c, names, now=now))
