"""A receiver that is down, slow or gone: probed each minute, and no message is used up by it."""

from __future__ import annotations

from collections import Counter

import pytest

from checkout_service.domain.clock import HOUR
from checkout_service.domain.ports.notify import LADDER
from tests.support.merchant import Says
from tests.support.outbox import Outbox

# When to try again is arithmetic: the statements are shown on both kinds by the tests beside this.
SHORT_ON = "sqlite"

DOWN = Says(503)


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


def test_a_receiver_that_flaps_uses_no_message_up(outbox: Outbox) -> None:
    outbox.owe(8)
    outbox.merchant.says(*([DOWN, DOWN, Says(), DOWN] * 3), DOWN)
    outbox.passes(seconds=900)
    assert outbox.states()["dead"] == 0

    outbox.merchant.says(Says())
    outbox.until(lambda: outbox.states() == {"delivered": 8}, within=60)
