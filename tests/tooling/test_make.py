"""`make run` as a newcomer meets it: it serves, says where, and Ctrl-C ends all of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.ports import free_port
from tests.support.processes import ROOT, Running, answers, clean_environment

SECONDS_TO_SERVE = 60
SECONDS_TO_STOP = 15


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The caller's settings: other ports and other files than the developer's own."""
    return clean_environment(
        {
            "PORT": str(free_port()),
            "SANDBOX_PORT": str(free_port()),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'checkout.sqlite3'}",
            "SANDBOX_DATABASE": str(tmp_path / "sandbox.sqlite3"),
        }
    )


def make_run(env: dict[str, str], log: Path) -> Running:
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
        )
    return Running(process, log)


def press_ctrl_c(running: Running) -> None:
    """Do what a terminal does: interrupt make and all that it started in the foreground."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGINT)
    running.process.wait(SECONDS_TO_STOP)


@pytest.fixture
def running(env: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    made = make_run(env, tmp_path / "log")
    try:
        deadline = time.monotonic() + SECONDS_TO_SERVE
        while "Open " not in made.logs and made.process.poll() is None:
            assert time.monotonic() < deadline, made.logs
            time.sleep(0.1)
        yield made
    finally:
        press_ctrl_c(made)
        made.stop()


def _lives(process: psutil.Process) -> bool:
    """True if it still runs; one whose parent has not buried it yet does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_make_run_serves_shop_and_sandbox_until_ctrl_c(
    running: Running, env: dict[str, str]
) -> None:
    shop, sandbox = (f"http://127.0.0.1:{env[name]}" for name in ("PORT", "SANDBOX_PORT"))
    assert f"Open     {shop}/" in running.logs, running.logs
    family = psutil.Process(running.pid).children(recursive=True)

    served = [answers(f"{shop}/readyz")(), answers(f"{shop}/")(), answers(f"{sandbox}/")()]
    press_ctrl_c(running)

    assert served == [True, True, True], running.logs
    assert [process for process in family if _lives(process)] == []
    assert "Traceback" not in running.logs, running.logs
    assert "rc=-9" not in running.logs, running.logs


def test_a_busy_port_ends_make_run_with_a_sentence(
    env: dict[str, str], tmp_path: Path, running: Running
) -> None:
    second = make_run(env, tmp_path / "second.log")

    code = second.process.wait(SECONDS_TO_SERVE)

    assert code != 0
    assert f"Port {env['PORT']} cannot be used" in second.logs
    assert running.process.poll() is None
