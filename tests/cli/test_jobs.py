"""Jobs in a real process: never two of a kind at once, no failure ends them, a signal does."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checkout_service.cli.jobs import Job, _wait_for
from tests.support.patience import PATIENCE, at_this_pace
from tests.support.processes import Running, start

StartJobs = Callable[..., Running]


@pytest.fixture
def start_jobs(tmp_path: Path) -> Iterator[StartJobs]:
    started: list[Running] = []

    def launch(*kinds: str) -> Running:
        running = start(["tests.cli.slow_stripe", *kinds], env={}, log=tmp_path / f"{len(started)}")
        started.append(running)
        return running

    yield launch
    for running in started:
        if running.process.poll() is None:
            running.kill()


def heard(running: Running, word: str, times: int = 1) -> None:
    until = time.monotonic() + PATIENCE
    while running.logs.count(word) < times:
        assert time.monotonic() < until, running.logs
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_idle_jobs_at_once_with_success(
    start_jobs: StartJobs, number: signal.Signals
) -> None:
    running = start_jobs("quick")
    heard(running, "tick", 3)

    running.process.send_signal(number)

    assert running.process.wait(at_this_pace(5)) == 0


def test_a_failing_job_is_logged_and_goes_on(start_jobs: StartJobs) -> None:
    running = start_jobs("failing", "broken", "quick")

    for word in ("fail", "break", "tick"):
        heard(running, word, 4)

    assert running.stop() == 0
    assert "job.failed" in running.logs
    assert "ZeroDivisionError" in running.logs
    assert "DatabaseUnavailable" not in running.logs


def test_a_job_never_runs_twice_at_once(start_jobs: StartJobs) -> None:
    running = start_jobs("slow", "quick")
    heard(running, "end", 3)
    running.stop()

    words = [word for word in running.logs.split() if word in ("begin", "end")]
    assert words == ["begin", "end"] * (len(words) // 2)
    assert running.logs.count("tick") > 10
    assert "maximum number" not in running.logs


def test_a_job_in_its_midst_is_asked_and_waited_for(start_jobs: StartJobs) -> None:
    running = start_jobs("polite")
    heard(running, "begin")

    assert running.stop() == 0
    assert "end" in running.logs.split()


def test_a_job_that_does_not_listen_is_left_after_the_grace(start_jobs: StartJobs) -> None:
    running = start_jobs("stuck", "quick")
    heard(running, "begin")
    begun = time.monotonic()

    assert running.stop() == 0

    assert time.monotonic() - begun > 0.9
    assert "worker.stopped" in running.logs


def test_a_run_that_is_about_to_begin_when_all_have_ended_does_not_hold_the_exit() -> None:
    """The exit of an interpreter waits for the threads of a pool."""
    job = Job("late", lambda _: None, seconds=1.0)
    assert _wait_for([job], time.monotonic()) == []

    late = threading.Thread(target=job.run, args=(lambda: False,), daemon=True)
    late.start()
    late.join(PATIENCE)

    assert not late.is_alive()
