"""`flask worker` as it is deployed: real processes, killed and stopped in the midst of things."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.databases import KEYS
from tests.support.merchant import SECRET, Merchant, Says, running_merchant
from tests.support.outbox import MovableClock, Outbox, open_outbox
from tests.support.patience import PATIENCE, at_this_pace
from tests.support.processes import Running, start

StartWorker = Callable[..., Running]


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with running_merchant() as server:
        yield server


@pytest.fixture
def outbox(database_url: str, merchant: Merchant) -> Iterator[Outbox]:
    opened = open_outbox(database_url, merchant)
    opened.clock = MovableClock(int(time.time() * 1000))
    yield opened
    opened.close()


@pytest.fixture
def clock_offset(tmp_path: Path) -> Path:
    path = tmp_path / "offset"
    path.write_text("0")
    return path


@pytest.fixture
def start_worker(
    database_url: str, merchant: Merchant, clock_offset: Path, tmp_path: Path
) -> Iterator[StartWorker]:
    started: list[Running] = []
    env = KEYS | {
        "DATABASE_URL": database_url,
        "NOTIFY_URL": merchant.url,
        "NOTIFY_SECRET": SECRET,
        "NOTIFY_ALLOW_PRIVATE": "1",
        "DELIVER_INTERVAL_SECONDS": "0.1",
        "CLOCK_OFFSET_FILE": str(clock_offset),
    }

    def launch(*command: str) -> Running:
        log = tmp_path / f"worker-{len(started)}.log"
        flask = ["flask", "--app", "wsgi", *(command or ("worker",))]
        started.append(start(flask, env=env, log=log))
        return started[-1]

    yield launch
    for running in started:
        if running.process.poll() is None:
            running.kill()


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> float:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not come to pass"
        time.sleep(0.05)
    return time.monotonic() - begun


def test_two_workers_deliver_each_message_once(outbox: Outbox, start_worker: StartWorker) -> None:
    owed = outbox.owe(80)
    workers = [start_worker(), start_worker()]

    until(lambda: outbox.states() == {"delivered": 80})
    until(lambda: all("worker.started" in worker.logs for worker in workers))

    assert [worker.stop() for worker in workers] == [0, 0]
    assert Counter(outbox.merchant.ids) == Counter(owed)
    for message in outbox.merchant.got:
        message.verify()


def test_what_a_killed_worker_held_goes_out_again_under_its_id(
    outbox: Outbox, start_worker: StartWorker
) -> None:
    (id_,) = outbox.owe()
    outbox.merchant.says(Says(wait=60), Says())
    doomed = start_worker()
    until(lambda: len(outbox.merchant.got) == 1)
    doomed.kill()
    start_worker()

    took = until(lambda: outbox.states() == {"delivered": 1})

    assert took > 10  # no sooner than the dead worker's lease ran out
    assert outbox.merchant.ids == [id_, id_]


@pytest.mark.parametrize("command", ["worker", "deliver", "sweep"])
def test_a_worker_stops_within_ten_seconds(
    outbox: Outbox, start_worker: StartWorker, command: str
) -> None:
    running = start_worker(command)
    until(lambda: "worker.started" in running.logs)

    assert running.stop(seconds=at_this_pace(10)) == 0


def test_a_worker_stops_while_the_merchants_backend_hangs(
    outbox: Outbox, start_worker: StartWorker
) -> None:
    outbox.owe(5)
    outbox.merchant.says(Says(wait=30))
    running = start_worker()
    until(lambda: len(outbox.merchant.got) == 1)

    assert running.stop(seconds=at_this_pace(10)) == 0


def test_after_an_outage_all_arrives_within_a_minute_of_the_services_clock(
    outbox: Outbox, start_worker: StartWorker, clock_offset: Path
) -> None:
    owed = outbox.owe(40)
    outbox.merchant.says(Says(503))
    start_worker()
    start_worker()
    until(lambda: len(outbox.merchant.got) > 0)
    for day in (1, 2, 3):
        before = len(outbox.merchant.got)
        clock_offset.write_text(str(day * 86_400))
        until(lambda before=before: len(outbox.merchant.got) > before)  # type: ignore[misc]
    outbox.merchant.got.clear()
    outbox.merchant.says(Says())
    clock_offset.write_text(str(3 * 86_400 + 60))

    until(lambda: outbox.states() == {"delivered": 40})

    assert Counter(outbox.merchant.ids) == Counter(owed)
