"""Each receiver gets each message once, and how it goes with one is nothing to another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from sqlalchemy import event

from checkout_service.domain.clock import HOUR, SECOND
from checkout_service.domain.ports.notify import LADDER, Outcome
from checkout_service.use_cases.notify.read_feed import ReadFeed
from checkout_service.use_cases.notify.read_messages import ReadMessages
from tests.support.outbox import Outbox
from tests.support.patience import PATIENCE
from tests.support.receivers import DOWN, GONE, WELL, Died, Slow, Told, once_each, states, worker

ANSWERS: dict[str, Outcome] = {"well": WELL, "failing": DOWN, "disabled": GONE}


def told_in_feed(outbox: Outbox) -> list[str]:
    page = ReadFeed(outbox.database).page(after=None, limit=100)
    return [message.state for message in page.messages]


def test_each_receiver_gets_each_message_once_under_one_id_and_body(outbox: Outbox) -> None:
    first, second, third = Told("first"), Told("second"), Told("third")
    owed = outbox.owe(20, each=2)

    report = worker(outbox, first, second, third).deliver()

    assert (report.receiver, report.delivered, report.failed) == ("well", 120, 0)
    assert first.took == second.took == third.took == once_each(owed)
    assert first.bodies == second.bodies == third.bodies
    assert outbox.states() == {"delivered": 40}
    for one in (first, second, third):  # an order's messages in their sequence
        assert [one.tried.index(id_) for id_ in owed[::2]] < [
            one.tried.index(id_) for id_ in owed[1::2]
        ]


def test_many_workers_at_once_send_nothing_twice_to_anybody(outbox: Outbox) -> None:
    first, second = Told("first"), Told("second")
    owed = outbox.owe(60)
    workers = [worker(outbox, first, second) for _ in range(4)]

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(lambda one: one.deliver(), workers))
    workers[0].deliver()  # what was given back at the end

    assert first.took == second.took == once_each(owed)
    assert outbox.states() == {"delivered": 60}


@pytest.mark.parametrize("words", [*product(ANSWERS, repeat=2)], ids="-".join)
def test_how_one_does_is_nothing_to_the_other(outbox: Outbox, words: tuple[str, str]) -> None:
    answers = [ANSWERS[word] for word in words]
    receivers = [Told("first", answers[0]), Told("second", answers[1])]
    owed = outbox.owe(5)
    process = worker(outbox, *receivers)

    process.deliver()

    for receiver, word, way in zip(receivers, words, process.ways(), strict=True):
        answer = ANSWERS[word]
        assert receiver.took == (once_each(owed) if answer == WELL else {})
        assert len(receiver.tried) == (5 if answer == WELL else 1)
        assert way.status() == word
    all_well = set(words) == {"well"}
    assert set(told_in_feed(outbox)) == {"delivered" if all_well else "due"}

    for receiver in receivers:
        receiver.answer = WELL
    assert process.enable() is not all_well
    process.deliver()
    assert receivers[0].took == receivers[1].took == once_each(owed)
    assert outbox.states() == {"delivered": 5}


def test_a_receiver_that_does_not_answer_holds_nobody_up(outbox: Outbox) -> None:
    slow, quick = Slow("slow"), Told("quick")
    process = worker(outbox, slow, quick)
    with ThreadPoolExecutor(1) as pool:
        owed = outbox.owe(10)
        held = pool.submit(process.ways()[0].deliver, lambda: True)
        assert slow.asked.wait(PATIENCE)

        for _ in range(3):
            process.ways()[1].deliver(lambda: True)
            owed += outbox.owe(2)
        process.ways()[1].deliver(lambda: True)

        assert quick.took == once_each(owed)
        assert not held.done()
        slow.may_answer.set()
        held.result(PATIENCE)
    process.deliver()
    assert slow.took == once_each(owed)


def test_a_message_that_one_gave_up_is_dead_and_can_be_sent_to_all_again(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    bad, good = Told("bad", DOWN), Told("good")
    process = worker(outbox, bad, good)
    for wait in (0, *LADDER):
        outbox.clock.at += wait
        process.deliver()

    assert (states(outbox, bad), states(outbox, good)) == ({"dead": 1}, {"delivered": 1})
    assert (outbox.row(id_).state, outbox.row(id_).tries) == ("dead", 10)
    assert told_in_feed(outbox) == ["dead"]

    bad.answer = WELL
    assert process.replay(id_)
    assert told_in_feed(outbox) == ["due"]
    outbox.clock.at += 60 * SECOND
    process.deliver()
    process.deliver()

    assert (bad.took, good.took) == ({id_: 1}, {id_: 2})
    assert told_in_feed(outbox) == ["delivered"]
    assert outbox.row(id_).delivered_at == outbox.clock.now()


def test_a_failing_one_is_probed_once_a_minute_and_its_messages_last(outbox: Outbox) -> None:
    down, well = Told("down", DOWN), Told("well")
    owed = outbox.owe(10)
    outbox.deliver = worker(outbox, down, well)

    outbox.passes(seconds=4 * 60, every=10)

    assert 4 <= len(down.tried) <= 6
    assert well.took == once_each(owed)
    down.answer = WELL
    outbox.until(lambda: outbox.states() == {"delivered": 10}, within=120)
    assert (down.took, well.took) == (once_each(owed), once_each(owed))


def test_a_sender_that_dies_costs_its_own_receiver_one_repeat_at_most(outbox: Outbox) -> None:
    first, second = Told("first", kills=True), Told("second")
    owed = outbox.owe(4)
    with pytest.raises(Died):
        worker(outbox, first, second).deliver()
    assert len(first.took) == 1

    first.kills = False
    process = worker(outbox, first, second)
    process.deliver()
    outbox.real_clock.move(seconds=21)
    process.deliver()

    assert second.took == once_each(owed)
    assert set(first.took) == set(owed)
    assert sorted(first.took.values()) == [1, 1, 1, 2]
    assert outbox.states() == {"delivered": 4}


def test_what_one_still_waits_for_is_shown_of_the_message(outbox: Outbox) -> None:
    (id_,) = outbox.owe()
    worker(outbox, Told("down", DOWN), Told("well")).deliver()

    detail = ReadMessages(outbox.database).detail(id_)

    assert (detail.message.state, detail.message.last_error) == ("due", "HTTP 503")
    assert detail.message.next_at == outbox.clock.now() + 5 * SECOND
    assert [(way.receiver, way.state, way.tries) for way in detail.deliveries] == [
        ("down", "due", 1),
        ("well", "delivered", 1),
    ]


def test_each_standing_says_what_waits_for_whom(outbox: Outbox) -> None:
    outbox.owe(3)
    process = worker(outbox, Told("down", DOWN), Told("well"))
    process.deliver()

    found = [(one.number, one.place, one.state, one.due, one.dead) for one in process.standings()]

    assert found == [(1, "down.example", "failing", 3, 0), (2, "well.example", "well", 0, 0)]
    assert process.status() == "failing"


def test_an_idle_pass_over_several_writes_nothing(outbox: Outbox) -> None:
    outbox.owe(3)
    process = worker(outbox, Told("first"), Told("second"))
    process.deliver()
    statements: list[str] = []
    event.listen(
        outbox.database.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: statements.append(statement),
    )
    outbox.clock.at += HOUR

    process.deliver()

    assert statements
    assert all(statement.startswith("SELECT") for statement in statements)
