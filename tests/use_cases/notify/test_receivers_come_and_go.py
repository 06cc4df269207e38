"""Receivers are added, removed and replaced: nobody gets what was not meant for it, or twice."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import SECOND
from checkout_service.domain.ports.notify import LADDER
from checkout_service.storage import receivers
from checkout_service.storage.boxes import whole
from checkout_service.use_cases.notify.claim import ClaimMessages
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from tests.support.outbox import NOON, Outbox
from tests.support.receivers import DOWN, WELL, Told, once_each, states, worker


def owe_later(outbox: Outbox, count: int) -> list[str]:
    outbox.clock.move(seconds=60)
    return outbox.owe(count)


def joined_by(outbox: Outbox, *told: Told) -> DeliverOutbox:
    """Begin a process whose settings name one more, a little later."""
    outbox.clock.move(seconds=1)
    process = worker(outbox, *told)
    process.deliver()
    return process


def begin(outbox: Outbox, *told: Told) -> None:
    """Let these be all there are, before anything was written."""
    worker(outbox, *told).deliver()
    outbox.clock.move(seconds=60)


def test_a_new_receiver_gets_what_is_written_from_then_on(outbox: Outbox) -> None:
    first, second = Told("first", DOWN), Told("second")
    begin(outbox, first)
    older = outbox.owe(3)
    worker(outbox, first).deliver()

    process = joined_by(outbox, first, second)
    newer = owe_later(outbox, 2)
    first.answer = WELL
    process.enable()
    process.deliver()

    assert first.took == once_each(older + newer)
    assert second.took == once_each(newer)
    assert outbox.states() == {"delivered": 5}


def test_a_new_receiver_gets_what_is_older_when_it_is_asked_for(outbox: Outbox) -> None:
    first, second = Told("first"), Told("second")
    begin(outbox, first)
    outbox.owe(1)
    since = outbox.clock.now() + SECOND
    asked = owe_later(outbox, 3)
    worker(outbox, first).deliver()
    process = joined_by(outbox, first, second)

    assert process.ask_for(since) == 3
    assert outbox.states() == {"delivered": 1, "due": 3}
    process.deliver()

    assert second.took == once_each(asked)
    assert set(first.took.values()) == {1}
    assert outbox.states() == {"delivered": 4}
    assert process.ask_for(since) == 0


def test_what_one_gave_up_alone_stays_given_up_when_another_gets_it(outbox: Outbox) -> None:
    first, second = Told("first", DOWN), Told("second")
    begin(outbox, first)
    (id_,) = outbox.owe()
    for wait in (0, *LADDER):
        outbox.clock.at += wait
        worker(outbox, first).deliver()
    assert outbox.states() == {"dead": 1}
    process = joined_by(outbox, first, second)

    process.ask_for(0)
    process.deliver()

    assert second.took == {id_: 1}
    assert (states(outbox, first), states(outbox, second)) == ({"dead": 1}, {"delivered": 1})
    assert outbox.states() == {"dead": 1}


def test_what_waits_for_one_that_is_removed_waits_for_nobody(outbox: Outbox) -> None:
    stays, goes = Told("stays"), Told("goes", DOWN)
    begin(outbox, stays, goes)
    owed = outbox.owe(4)
    worker(outbox, stays, goes).deliver()
    assert outbox.states() == {"due": 4}

    process = worker(outbox, stays)
    process.deliver()

    assert outbox.states() == {"delivered": 4}
    assert states(outbox, goes) == {}
    goes.answer = WELL
    newer = owe_later(outbox, 2)
    process.deliver()
    assert (stays.took, goes.took) == (once_each(owed + newer), {})

    back = worker(outbox, stays, goes)
    back.deliver()
    newest = owe_later(outbox, 1)
    back.deliver()
    assert (stays.took, goes.took) == (once_each(owed + newer + newest), once_each(newest))


def test_one_that_is_left_alone_gets_what_waited_for_it(outbox: Outbox) -> None:
    goes, stays = Told("goes"), Told("stays", DOWN)
    begin(outbox, goes, stays)
    owed = outbox.owe(3)
    worker(outbox, goes, stays).deliver()
    owed += owe_later(outbox, 2)

    stays.answer = WELL
    outbox.deliver = worker(outbox, stays)
    outbox.passes(seconds=120)

    assert stays.took == once_each(owed)
    assert outbox.states() == {"delivered": 5}


def test_one_that_came_later_and_is_left_alone_gets_nothing_older(outbox: Outbox) -> None:
    first, second = Told("first", DOWN), Told("second")
    begin(outbox, first)
    outbox.owe(2)
    worker(outbox, first).deliver()
    joined_by(outbox, first, second)
    newer = owe_later(outbox, 1)

    process = worker(outbox, second)
    process.deliver()

    assert second.took == once_each(newer)
    assert outbox.states() == {"due": 2, "delivered": 1}  # kept
    assert process.ask_for(0) == 2
    process.deliver()
    assert outbox.states() == {"delivered": 3}


@pytest.mark.parametrize("before", [1, 2])
def test_whoever_replaces_all_gets_what_waited_for_any(outbox: Outbox, before: int) -> None:
    former = [Told(f"former {n}") for n in range(before)]
    begin(outbox, *former)
    outbox.owe(2)
    worker(outbox, *former).deliver()
    former[0].answer = DOWN
    waiting = owe_later(outbox, 3)
    worker(outbox, *former).deliver()

    heir, other = Told("heir"), Told("other")
    outbox.clock.move(seconds=1)
    process = worker(outbox, heir, other)
    process.deliver()
    newer = owe_later(outbox, 1)
    process.deliver()

    assert heir.took == once_each(waiting + newer)
    assert other.took == once_each(newer)
    assert outbox.states() == {"delivered": 6}


def test_the_order_in_the_setting_is_nothing_to_anybody(outbox: Outbox) -> None:
    first, second = Told("first"), Told("second", DOWN)
    begin(outbox, first, second)
    owed = outbox.owe(3)
    worker(outbox, first, second).deliver()

    second.answer = WELL
    turned = worker(outbox, second, first)
    turned.enable()
    turned.deliver()

    assert first.took == second.took == once_each(owed)


def test_a_process_of_older_settings_holds_to_what_was_said_last(outbox: Outbox) -> None:
    first, second = Told("first"), Told("second")
    begin(outbox, first)
    alone, both = worker(outbox, first), worker(outbox, first, second)
    alone.deliver()
    both.deliver()
    owed = owe_later(outbox, 3)

    alone.deliver()
    assert first.took == once_each(owed)
    both.deliver()
    assert second.took == once_each(owed)

    worker(outbox, first).deliver()
    owed += owe_later(outbox, 1)
    both.deliver()
    assert (sum(first.took.values()), sum(second.took.values())) == (4, 3)


def test_what_a_lone_sender_holds_when_another_comes_is_finished_as_it_began(
    outbox: Outbox,
) -> None:
    first, second = Told("first"), Told("second")
    begin(outbox, first)
    owed = outbox.owe(2)
    claim = ClaimMessages(
        outbox.database, outbox.clock, outbox.real_clock, "first", "dead", whole("first")
    )
    assert len(claim.claim(1).messages) == 1

    process = joined_by(outbox, first, second)
    assert sum(first.took.values()) == 1
    assert claim.claim(5).messages == []
    outbox.real_clock.move(seconds=21)
    process.deliver()

    assert (first.took, second.took) == (once_each(owed), {})
    assert outbox.states() == {"delivered": 2}


def test_nothing_is_taken_for_one_alone_from_the_moment_another_is_there(outbox: Outbox) -> None:
    first, second = Told("first"), Told("second")
    begin(outbox, first)
    claim = ClaimMessages(
        outbox.database, outbox.clock, outbox.real_clock, "first", "alone", whole("first")
    )
    names = (first.name, second.name)
    outbox.database.write(lambda c: receivers.register(c, names, now=outbox.clock.now()))
    owed = outbox.owe(2)

    assert claim.claim(5).messages == []
    worker(outbox, first, second).deliver()
    assert first.took == second.took == once_each(owed)


def test_a_death_between_leaving_and_being_forgotten_is_made_up_for(outbox: Outbox) -> None:
    stays, goes = Told("stays"), Told("goes", DOWN)
    begin(outbox, stays, goes)
    outbox.owe(3)
    worker(outbox, stays, goes).deliver()
    outbox.database.write(lambda c: receivers.register(c, (stays.name,), now=NOON))
    assert outbox.states() == {"due": 3}

    worker(outbox, stays).deliver()

    assert outbox.states() == {"delivered": 3}


def test_several_from_the_beginning_get_what_is_older_than_the_worker(outbox: Outbox) -> None:
    first, second = Told("first"), Told("second")
    owed = outbox.owe(2)
    outbox.clock.move(seconds=60)

    worker(outbox, first, second).deliver()

    assert first.took == second.took == once_each(owed)
