"""The outbox under every weather, on both databases, to a real server over real HTTP."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from checkout_service.domain.clock import HOUR, SECOND
from checkout_service.domain.ports.notify import LADDER, Outcome
from checkout_service.storage.outbox import Message
from checkout_service.use_cases.notify.claim import ClaimMessages
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from tests.support.merchant import Merchant, Says, running_merchant
from tests.support.outbox import Outbox, open_outbox

DOWN = Says(503)


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with running_merchant() as server:
        yield server


@pytest.fixture
def outbox(empty_database_url: str, merchant: Merchant) -> Iterator[Outbox]:
    opened = open_outbox(empty_database_url, merchant)
    yield opened
    opened.close()


def claims(outbox: Outbox, owner: str, width: int) -> list[Message]:
    """Claim as another worker, which then does nothing more."""
    claim = ClaimMessages(
        outbox.database, outbox.clock, outbox.real_clock, outbox.receiver.name, owner
    )
    return claim.claim(width).messages


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


def test_many_workers_at_once_send_no_message_twice(outbox: Outbox) -> None:
    owed = outbox.owe(150)
    workers = [outbox.worker() for _ in range(6)]

    with ThreadPoolExecutor(len(workers)) as pool:
        reports = list(pool.map(lambda worker: worker.deliver(), workers))
    # What a slow worker gave back after the others had left waits for anybody's next pass.
    reports.append(outbox.deliver.deliver())

    assert sum(report.delivered for report in reports) == 150
    assert Counter(outbox.merchant.ids) == Counter(owed)


def test_without_a_receiver_messages_are_kept_as_due(outbox: Outbox) -> None:
    outbox.owe(3)

    report = DeliverOutbox(outbox.database, None, outbox.clock).deliver()

    assert (report.receiver, report.delivered) == ("none", 0)
    assert outbox.states() == {"due": 3}
    assert outbox.deliver.deliver().delivered == 3


def test_a_message_climbs_the_ladder_then_is_dead_and_can_be_replayed(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    outbox.merchant.says(DOWN)
    outbox.deliver.deliver()

    for tries, wait in enumerate(LADDER, start=1):
        row = outbox.row(id_)
        assert (row.state, row.tries) == ("due", tries)
        assert row.next_at == outbox.clock.now() + wait
        outbox.clock.at = row.next_at
        outbox.deliver.deliver()

    assert (outbox.row(id_).state, outbox.row(id_).last_error) == ("dead", "HTTP 503")
    assert len(outbox.merchant.got) == 10
    outbox.passes(seconds=30 * 24 * 3600, every=24 * 3600)
    assert len(outbox.merchant.got) == 10

    outbox.merchant.says(Says())
    assert outbox.deliver.replay(id_)
    outbox.passes(seconds=60)
    assert outbox.row(id_).state == "delivered"
    assert set(outbox.merchant.ids) == {id_}


def test_a_short_failure_is_over_in_seconds(outbox: Outbox) -> None:
    outbox.owe(5)
    outbox.merchant.says(DOWN, Says())
    outbox.deliver.deliver()

    took = outbox.until(lambda: outbox.states() == {"delivered": 5}, within=60)

    assert took <= 7


@pytest.mark.parametrize("count", [1, 20])
def test_while_the_receiver_fails_one_message_a_minute_probes_it(
    outbox: Outbox, count: int
) -> None:
    outbox.owe(count)
    outbox.merchant.says(DOWN)

    outbox.passes(seconds=60)
    in_the_first_minute = len(outbox.merchant.got)
    outbox.passes(seconds=600)

    assert in_the_first_minute <= 3
    assert 9 <= len(outbox.merchant.got) - in_the_first_minute <= 11
    assert outbox.deliver.status() == "failing"
    assert outbox.states() == {"due": count}


def test_probes_cost_a_message_none_of_its_tries(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    outbox.merchant.says(DOWN)

    outbox.passes(seconds=2 * 3600, every=10)

    assert len(outbox.merchant.got) > 100
    assert outbox.row(id_).tries == 4


def test_after_three_days_down_each_message_arrives_within_a_minute(outbox: Outbox) -> None:
    owed = set(outbox.owe(30, each=2))
    outbox.merchant.says(DOWN)
    outbox.passes(seconds=72 * 3600, every=600)
    assert outbox.states() == {"due": 60}
    assert len(outbox.merchant.got) > 400

    outbox.merchant.got.clear()
    outbox.merchant.says(Says())
    took = outbox.until(lambda: outbox.states() == {"delivered": 60}, within=120)

    assert took <= 60
    assert Counter(outbox.merchant.ids) == Counter(dict.fromkeys(owed, 1))
    for message in outbox.merchant.got:
        message.verify()


def test_a_single_message_arrives_within_a_minute_of_recovery_too(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    outbox.merchant.says(Says(reset=True))
    outbox.passes(seconds=50 * 3600, every=900)
    assert outbox.row(id_).next_at > outbox.clock.now() + HOUR

    outbox.merchant.says(Says())

    assert outbox.until(lambda: outbox.row(id_).state == "delivered", within=120) <= 60


def test_a_jump_of_the_clock_uses_no_message_up(outbox: Outbox) -> None:
    outbox.owe(10)
    outbox.merchant.says(DOWN)
    outbox.passes(seconds=120)
    outbox.clock.move(seconds=72 * 3600)
    outbox.passes(seconds=120)

    outbox.merchant.says(Says())
    outbox.until(lambda: outbox.states() == {"delivered": 10}, within=60)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_retry_after_is_honoured_by_everybody(outbox: Outbox, status: int) -> None:
    outbox.owe(10)
    outbox.merchant.says(Says(status, {"Retry-After": "300"}), Says())

    outbox.passes(seconds=299)
    assert len(outbox.merchant.got) == 1
    outbox.passes(seconds=10)

    assert outbox.states() == {"delivered": 10}


def test_one_bad_message_stops_nobody_else(outbox: Outbox) -> None:
    bad, *good = outbox.owe(30)
    outbox.merchant.says_to(bad, Says(500))

    outbox.deliver.deliver()
    outbox.passes(seconds=10)
    assert outbox.states() == {"delivered": 29, "due": 1}
    for _ in range(20):
        good += outbox.owe()
        outbox.passes(seconds=2)

    assert outbox.states() == {"delivered": 49, "due": 1}
    assert Counter(id_ for id_ in outbox.merchant.ids if id_ != bad) == Counter(good)


def test_one_bad_message_is_dead_after_its_own_three_days_and_not_before(outbox: Outbox) -> None:
    (bad,) = outbox.owe()
    outbox.merchant.says_to(bad, Says(500))

    for _ in range(75):
        outbox.owe()
        outbox.passes(seconds=3600, every=900)
    assert outbox.row(bad).state == "due"
    outbox.passes(seconds=24 * 3600, every=900)

    assert outbox.row(bad).state == "dead"
    assert outbox.states() == {"delivered": 75, "dead": 1}


def test_gone_disables_the_receiver_until_a_person_enables_it(outbox: Outbox) -> None:
    owed = outbox.owe(12)
    outbox.merchant.says(Says(410))

    report = outbox.deliver.deliver()
    assert (report.receiver, report.failed) == ("disabled", 1)
    outbox.merchant.says(Says())
    owed += outbox.owe(3)
    outbox.passes(seconds=10 * 24 * 3600, every=3600)
    assert len(outbox.merchant.got) == 1
    assert outbox.states() == {"due": 15}

    assert outbox.deliver.enable()
    assert not outbox.deliver.enable()
    outbox.passes(seconds=1)
    assert outbox.states() == {"delivered": 15}
    assert Counter(outbox.merchant.ids[1:]) == Counter(owed)


def test_a_dead_senders_message_goes_out_again_under_its_id_when_its_lease_ends(
    outbox: Outbox,
) -> None:
    owed = outbox.owe(3)
    assert len(claims(outbox, "dead", 32)) == 3

    outbox.real_clock.move(seconds=19)
    assert outbox.deliver.deliver().delivered == 0
    outbox.real_clock.move(seconds=2)
    assert outbox.deliver.deliver().delivered == 3

    assert sorted(outbox.merchant.ids) == sorted(owed)


def test_moving_the_services_clock_takes_no_lease_away(outbox: Outbox) -> None:
    outbox.owe()
    claims(outbox, "other", 1)

    outbox.clock.move(seconds=3 * 24 * 3600)

    assert outbox.deliver.deliver().delivered == 0


@pytest.mark.parametrize("seconds", [-90, -1, 1, 15])
def test_a_clock_that_differs_a_little_takes_no_lease_away(outbox: Outbox, seconds: int) -> None:
    outbox.owe()
    claims(outbox, "other", 1)

    outbox.real_clock.move(seconds=seconds)

    assert outbox.deliver.deliver().delivered == 0


def test_a_lease_from_a_wrong_future_is_void(outbox: Outbox) -> None:
    outbox.owe()
    outbox.real_clock.move(seconds=24 * 3600)
    claims(outbox, "astray", 1)
    outbox.real_clock.move(seconds=-24 * 3600)

    assert outbox.deliver.deliver().delivered == 1


def test_a_delivery_counts_although_another_worker_took_the_lease_over(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    outbox.merchant.says(Says(wait=0.6))

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(outbox.deliver.deliver)
        while not outbox.merchant.got:
            threading.Event().wait(0.01)
        outbox.real_clock.move(seconds=21)
        assert len(claims(outbox, "other", 1)) == 1
        assert slow.result(5).delivered == 1

    assert outbox.row(id_).state == "delivered"


def test_a_worker_that_is_told_to_stop_gives_back_what_it_did_not_send(outbox: Outbox) -> None:
    outbox.owe(30)
    answers = iter([True] * 12)

    report = outbox.deliver.deliver(lambda: next(answers, False))

    assert 0 < report.delivered < 30
    assert outbox.worker().deliver().delivered == 30 - report.delivered
    assert len(set(outbox.merchant.ids)) == len(outbox.merchant.ids) == 30


def test_a_sender_that_breaks_is_a_failed_try(outbox: Outbox) -> None:
    class Broken:
        name = outbox.receiver.name

        def send(self, message_id: str, body: str) -> Outcome:
            raise ZeroDivisionError

    (id_,) = outbox.owe()

    report = DeliverOutbox(outbox.database, Broken(), outbox.clock).deliver()

    assert (report.failed, outbox.row(id_).last_error) == (1, "ZeroDivisionError")
    outbox.clock.move(seconds=6)
    assert outbox.deliver.deliver().delivered == 1


def test_a_slow_receiver_gets_nothing_twice(outbox: Outbox) -> None:
    owed = outbox.owe(60)
    outbox.merchant.says(Says(wait=0.15))
    workers = [outbox.worker(), outbox.worker()]

    with ThreadPoolExecutor(2) as pool:
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


def test_a_receiver_that_flaps_uses_no_message_up(outbox: Outbox) -> None:
    outbox.owe(8)
    outbox.merchant.says(*([DOWN, DOWN, Says(), DOWN] * 3), DOWN)
    outbox.passes(seconds=900)
    assert outbox.states()["dead"] == 0

    outbox.merchant.says(Says())
    outbox.until(lambda: outbox.states() == {"delivered": 8}, within=60)


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
