"""Messages go to the receiver once, in their sequence, to a real server over real HTTP."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

from sqlalchemy import event

from checkout_service.app import create_app
from checkout_service.domain.clock import SECOND
from checkout_service.domain.ports.notify import Delivered, Outcome
from checkout_service.settings import Settings
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from tests.support.databases import KEYS
from tests.support.merchant import Says, running_merchant
from tests.support.outbox import Outbox
from tests.support.patience import PATIENCE

DOWN = Says(503)


def test_each_message_is_delivered_once_and_verifies(outbox: Outbox) -> None:
    owed = outbox.owe(40)

    report = outbox.deliver.deliver()
    again = outbox.deliver.deliver()

    assert (report.receiver, report.delivered, report.failed) == ("well", 40, 0)
    assert (again.delivered, again.failed) == (0, 0)
    assert Counter(outbox.merchant.ids) == Counter(owed)
    assert outbox.states() == {"delivered": 40}
    for message in outbox.merchant.got:
        message.verify()


def test_a_delivery_is_written_down(outbox: Outbox) -> None:
    (id_,) = outbox.owe()

    outbox.deliver.deliver()

    row = outbox.row(id_)
    assert (row.state, row.tries, row.delivered_at) == ("delivered", 1, outbox.clock.now())
    assert (row.next_at, row.lease_owner, row.lease_until, row.last_error) == (None,) * 4


def test_messages_of_one_order_arrive_in_their_sequence(outbox: Outbox) -> None:
    owed = outbox.owe(12, each=4)

    outbox.deliver.deliver()

    arrived = {id_: place for place, id_ in enumerate(outbox.merchant.ids)}
    for first in range(0, len(owed), 4):
        places = [arrived[id_] for id_ in owed[first : first + 4]]
        assert places == sorted(places)


def test_without_a_receiver_messages_are_kept_as_due(outbox: Outbox) -> None:
    outbox.owe(3)

    report = DeliverOutbox(outbox.database, (), outbox.clock).deliver()

    assert (report.receiver, report.delivered) == ("none", 0)
    assert outbox.states() == {"due": 3}
    assert outbox.deliver.deliver().delivered == 3


def test_a_sender_that_breaks_is_a_failed_try(outbox: Outbox) -> None:
    class Broken:
        name = outbox.receiver.name
        place = outbox.receiver.place

        def send(self, message_id: str, body: str) -> Outcome:
            raise ZeroDivisionError

    (id_,) = outbox.owe()

    report = DeliverOutbox(outbox.database, (Broken(),), outbox.clock).deliver()

    assert (report.failed, outbox.row(id_).last_error) == (1, "ZeroDivisionError")
    outbox.clock.move(seconds=6)
    assert outbox.deliver.deliver().delivered == 1


class Crowd:
    """A receiver that, but for a first message, answers none before so many are with it."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.place = name, "crowd"
        self.most = self._here = self._met = 0
        self._all_here = Barrier(size)
        self._lock = Lock()

    def send(self, message_id: str, body: str) -> Outcome:
        with self._lock:
            self._met += 1
            self._here += 1
            self.most = max(self.most, self._here)
            first = self._met == 1
        if not first:
            self._all_here.wait(PATIENCE)
        with self._lock:
            self._here -= 1
        return Delivered()


def test_as_many_messages_are_sent_at_once_as_the_setting_says(outbox: Outbox) -> None:
    given = {name.lower(): value for name, value in KEYS.items()}
    app = create_app(Settings.load(**given, deliver_concurrency="3"))
    at_once = app.extensions["checkout_service"].deliver_outbox.at_once
    crowd = Crowd(outbox.receiver.name, 3)
    outbox.owe(7)

    report = DeliverOutbox(outbox.database, (crowd,), outbox.clock, at_once=at_once).deliver()

    assert (report.delivered, crowd.most) == (7, 3)


def test_a_slow_receiver_gets_nothing_twice(outbox: Outbox) -> None:
    owed = outbox.owe(60)
    outbox.merchant.says(Says(wait=0.15))
    workers = [outbox.worker(), outbox.worker()]

    with ThreadPoolExecutor(2) as pool:
        while len(outbox.merchant.ids) < len(owed):  # a pass ends after a time
            list(pool.map(lambda worker: worker.deliver(), workers))

    assert Counter(outbox.merchant.ids) == Counter(owed)


def test_a_new_address_starts_afresh(outbox: Outbox) -> None:
    outbox.owe(2)
    outbox.merchant.says(Says(410))
    outbox.deliver.deliver()

    with running_merchant() as elsewhere:
        other = Outbox(outbox.database, elsewhere, outbox.clock)
        assert other.deliver.deliver().delivered == 2
        other.session.close()


def test_an_unknown_message_cannot_be_replayed(outbox: Outbox) -> None:
    assert outbox.deliver.replay("msg_unknown") is False


def test_a_delivered_message_can_be_replayed_under_its_id(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    outbox.deliver.deliver()

    assert outbox.deliver.replay(id_)
    assert outbox.deliver.deliver().delivered == 1

    assert outbox.merchant.ids == [id_, id_]


def test_an_idle_pass_writes_nothing(outbox: Outbox) -> None:
    outbox.owe()
    outbox.deliver.deliver()
    statements: list[str] = []
    event.listen(
        outbox.database.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: statements.append(statement),
    )
    outbox.clock.at += SECOND

    outbox.deliver.deliver()

    assert statements
    assert all(statement.startswith("SELECT") for statement in statements)
