"""Hand messages to the merchant's backends: to each all of them, and to none because of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from functools import partial

from checkout_service.domain import ids
from checkout_service.domain.clock import Clock, SystemClock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import Receiver
from checkout_service.domain.views.events import DeliveryView, ReceiverView
from checkout_service.domain.views.metrics import MOST
from checkout_service.storage import bell, kept_messages, outbox, receivers, sharing
from checkout_service.storage.admin import figures
from checkout_service.storage.database import Database, Transaction

from .deliver_to import NO_RECEIVER, DeliverReport, DeliverTo
from .register import Register
from .send import AT_ONCE

_WORST_FIRST = (receivers.DISABLED, receivers.FAILING, receivers.WELL)
_OWED = ("due", "dead")


def _always() -> bool:
    return True


@frozen
class DeliverOutbox:
    database: Database
    receivers: tuple[Receiver, ...]  # in the order of the setting
    clock: Clock
    owner: str = field(default_factory=lambda: ids.new_id("own"))
    real_clock: Clock = field(default_factory=SystemClock)  # for leases
    at_once: int = AT_ONCE  # to each receiver
    at_most: int = 0  # while it answers as fast as ever; never less than that
    kinds: frozenset[str] | None = None  # those to send; all
    registered: list[int] = field(default_factory=list, repr=False)  # once in a process

    def deliver(self, keep_going: Callable[[], bool] = _always) -> DeliverReport:
        """Send what may be sent now; without a receiver messages are kept, as due.

        Several receivers are served at the same time, as far as there is more than one sender.
        Raises DatabaseUnavailable.
        """
        ways = self.ways()
        report = DeliverReport()
        if self.at_once == 1 or len(ways) <= 1:
            for way in ways:
                report.add(way.deliver(keep_going))
        else:
            with ThreadPoolExecutor(len(ways), thread_name_prefix="deliver") as pool:
                for one in [pool.submit(way.deliver, keep_going) for way in ways]:
                    report.add(one.result())
        report.receiver = self.status()
        return report

    def ways(self) -> tuple[DeliverTo, ...]:
        """Return the way to each receiver: whoever goes each of them by itself waits for none."""
        return tuple(
            DeliverTo(
                self.database,
                receiver,
                self.clock,
                self.real_clock,
                self.owner,
                self.at_once,
                max(self.at_once, self.at_most),
                self.kinds,
                self._register(),
            )
            for receiver in self.receivers
        )

    def _register(self) -> Register:
        names = tuple(receiver.name for receiver in self.receivers)
        return Register(self.database, self.clock, names, self.registered)

    def listen(self, heard: Callable[[], None], keep_going: Callable[[], bool]) -> None:
        """Call `heard` when somebody wrote a message, until told; not all databases can tell."""
        if self.receivers:
            bell.listen(self.database.engine, heard, keep_going)

    def ask_for(self, since: int) -> int:
        """Make due what was kept since a time (milliseconds UTC); return how many that are.

        A receiver that came later gets what is older than itself.
        """
        now, kinds = self.clock.now(), self.kinds
        asked = self._until_none(
            lambda c: kept_messages.ask_for(c, since=since, kinds=kinds, now=now)
        )
        if self.receivers:
            self._register().once()
        for receiver in self.receivers:
            late = partial(
                sharing.ask_for, receiver=receiver.name, since=since, kinds=kinds, now=now
            )
            asked += self._until_none(late)
        return asked

    def _until_none(self, some: Callable[[Transaction], int]) -> int:
        total = 0
        while found := self.database.write(some):
            total += found
        return total

    def status(self) -> str:
        """Return how the receiver does that does worst: none, well, failing or disabled."""
        found = [way.status() for way in self.ways()]
        return min(found, key=_WORST_FIRST.index, default=NO_RECEIVER)

    def standings(self) -> tuple[ReceiverView, ...]:
        """Tell of each receiver how it does and what waits for it."""
        with self.database.read() as connection:
            known = receivers.registered(connection)
            return tuple(
                ReceiverView(
                    number,
                    to.name,
                    to.place,
                    receivers.state_of(connection, to.name).state,
                    *(_waiting(connection, to.name, s, alone=len(known) <= 1) for s in _OWED),
                )
                for number, to in enumerate(self.receivers, start=1)
            )

    def named(self, ways: Iterable[DeliveryView]) -> list[tuple[str, DeliveryView]]:
        """Name the receivers of a message, in the order of the setting; former ones come last."""
        places = {to.name: f"{n}. {to.place}" for n, to in enumerate(self.receivers, start=1)}
        order = {name: number for number, name in enumerate(places)}
        ordered = sorted(ways, key=lambda way: order.get(way.receiver, len(order)))
        return [(places.get(way.receiver, "a former receiver"), way) for way in ordered]

    def enable(self) -> bool:
        """Send to all again after a 410 or an outage; False if nothing was wrong with any."""
        return sum(way.enable() for way in self.ways()) > 0

    def replay(self, message_id: str) -> bool:
        """Send a message to all again under its own id, whatever became of it; False if unknown."""
        now = self.clock.now()
        return self.database.write(lambda c: outbox.replay(c, message_id, now))


def _waiting(connection: Transaction, name: str, state: str, *, alone: bool) -> int:
    if alone:
        return figures.undelivered(connection, state, most=MOST)
    return sharing.count(connection, name, state, most=MOST)
