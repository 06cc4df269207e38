"""Who sends a message: one worker at a time, whatever dies and whatever the clocks say."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from checkout_service.storage.boxes import whole
from checkout_service.storage.outbox import Message
from checkout_service.use_cases.notify.claim import ClaimMessages
from tests.support.merchant import Says
from tests.support.outbox import Outbox

DOWN = Says(503)


def claims(outbox: Outbox, owner: str, width: int) -> list[Message]:
    """Claim as another worker, which then does nothing more."""
    name = outbox.receiver.name
    claim = ClaimMessages(
        outbox.database, outbox.clock, outbox.real_clock, name, owner, whole(name)
    )
    return claim.claim(width).messages


def test_many_workers_at_once_send_no_message_twice(outbox: Outbox) -> None:
    owed = outbox.owe(150)
    workers = [outbox.worker() for _ in range(6)]

    with ThreadPoolExecutor(len(workers)) as pool:
        reports = list(pool.map(lambda worker: worker.deliver(), workers))
    # What a slow worker gave back after the others had left waits for anybody's next pass.
    reports.append(outbox.deliver.deliver())

    assert sum(report.delivered for report in reports) == 150
    assert Counter(outbox.merchant.ids) == Counter(owed)


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
