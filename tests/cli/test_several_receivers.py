"""Several receivers at the command line, and in the worker: each has a job of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checkout_service.cli.alarms import shared_alarm
from checkout_service.cli.worker import _delivering
from checkout_service.domain.ports.notify import Delivered, Gone
from tests.cli.on_stage import Admin, admin_on
from tests.support.patience import PATIENCE
from tests.support.stage import Stage
from tests.support.stage.receiver import RecordingReceiver


@pytest.fixture
def books() -> RecordingReceiver:
    return RecordingReceiver("books", "books.example")


@pytest.fixture
def admin(books: RecordingReceiver, tmp_path: Path) -> Iterator[Admin]:
    with Stage() as stage:
        stage.receivers.append(books)
        yield admin_on(stage, tmp_path)


def paid(admin: Admin) -> str:
    bought = admin.stage.buys()
    admin.stage.pays(bought)
    admin.stage.delivers()
    (message,) = admin.stage.messages(bought, "order.paid")
    return str(message["id"])


def test_a_pass_counts_what_went_to_all_and_names_the_worst(
    admin: Admin, books: RecordingReceiver
) -> None:
    paid(admin)
    books.says(Gone())

    told = admin.text("deliver", "--once")

    assert told == "Delivered 1, failed 1 (0 for good). The receiver is disabled.\n"
    each = admin.json("messages", "list")["receivers"]
    assert [(one["number"], one["place"], one["state"], one["due"]) for one in each] == [
        (1, "backend.example", "well", 0),
        (2, "books.example", "disabled", 1),
    ]


def test_a_message_is_shown_with_its_way_to_each(admin: Admin, books: RecordingReceiver) -> None:
    name = paid(admin)
    books.says(Gone())
    admin.text("deliver", "--once")

    lines = admin.text("messages", "show", name).splitlines()

    assert any(line.startswith("1. backend.example") and "delivered" in line for line in lines)
    assert any(line.startswith("2. books.example") and "HTTP 410" in line for line in lines)
    ways = admin.json("messages", "show", name)["deliveries"]
    assert [way["state"] for way in ways] == ["due", "delivered"]


def test_enable_and_replay_are_for_all(admin: Admin, books: RecordingReceiver) -> None:
    name = paid(admin)
    books.says(Gone(), Delivered())
    admin.text("deliver", "--once")

    assert "Enabled" in admin.text("messages", "enable")
    admin.text("deliver", "--once")
    admin.text("messages", "replay", name)
    admin.text("deliver", "--once")

    assert [got.id for got in books.got] == [name] * 3
    assert [got.id for got in admin.stage.receiver.got] == [name] * 2


def test_one_that_was_added_gets_what_is_older_since_a_day(tmp_path: Path) -> None:
    with Stage() as stage:
        admin = admin_on(stage, tmp_path)
        name = paid(admin)
        admin.text("deliver", "--once")
        stage.advance(60)
        books = RecordingReceiver("books", "books.example")
        stage.receivers.append(books)
        stage.restart()
        admin = admin_on(stage, tmp_path)
        admin.text("deliver", "--once")
        assert books.got == []

        asked = admin.run("deliver", "--once", "--since", "2020-01-01")

        assert "1 kept messages are due now." in asked.stderr
        assert [got.id for got in books.got] == [name]
        assert len(stage.receiver.got) == 1


def test_each_receiver_has_a_job_of_its_own_in_the_worker(admin: Admin) -> None:
    with admin.app.app_context():
        jobs = _delivering(admin.stage.use_cases)

    assert [job.name for job in jobs] == ["deliver 1", "deliver 2"]
    paid(admin)
    jobs[1].run(lambda: True)
    assert [len(to.got) for to in admin.stage.receivers] == [0, 1]
    jobs[0].run(lambda: True)
    assert [len(to.got) for to in admin.stage.receivers] == [1, 1]


def test_a_lone_receiver_has_one_job(tmp_path: Path) -> None:
    with Stage() as stage:
        admin = admin_on(stage, tmp_path)
        with admin.app.app_context():
            assert [job.name for job in _delivering(stage.use_cases)] == ["deliver"]


def test_one_ring_wakes_every_job_though_another_is_still_at_work() -> None:
    rung, stop = threading.Event(), threading.Event()
    woken = [threading.Event() for _ in range(3)]
    listeners = 0

    def listen(heard: Callable[[], None], keep_going: Callable[[], bool]) -> None:
        nonlocal listeners
        listeners += 1
        assert rung.wait(PATIENCE)
        heard()

    def job(number: int) -> None:
        woken[number].set()
        if number == 0:
            assert stop.wait(PATIENCE)

    threads = [
        threading.Thread(target=alarm, args=(lambda n=n: job(n), lambda: not stop.is_set()))
        for n, alarm in enumerate(shared_alarm(listen, 3))
    ]
    for thread in threads:
        thread.start()
    rung.set()

    assert all(event.wait(PATIENCE) for event in woken)
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert listeners == 1
