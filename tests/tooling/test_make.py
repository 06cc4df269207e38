"""`make run` as a newcomer meets it: it serves, says where, and Ctrl-C ends all of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import requests

from tests.support.ports import free_port
from tests.support.processes import ROOT, Running, answers, clean_environment

SECONDS_TO_SERVE = 120
SECONDS_TO_STOP = 90


def settings_in(tmp_path: Path) -> dict[str, str]:
    """Return the caller's settings: other ports and other files than the developer's own."""
    return clean_environment(
        {
            "PORT": str(free_port()),
            "SANDBOX_PORT": str(free_port()),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'checkout.sqlite3'}",
            "SANDBOX_DATABASE": str(tmp_path / "sandbox.sqlite3"),
            "BACKEND_SEEN": str(tmp_path / "backend.sqlite3"),
        }
    )


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return settings_in(tmp_path)


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


class MadeRun(NamedTuple):
    """`make run`, and the settings it was given."""

    running: Running
    env: dict[str, str]


@pytest.fixture(scope="module")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeRun]:
    """One for all, until the last who asks for it presses Ctrl-C."""
    folder = tmp_path_factory.mktemp("run")
    env = settings_in(folder)
    made = make_run(env, folder / "log")
    try:
        deadline = time.monotonic() + SECONDS_TO_SERVE
        while "Open " not in made.logs and made.process.poll() is None:
            assert time.monotonic() < deadline, made.logs
            time.sleep(0.1)
        yield MadeRun(made, env)
    finally:
        press_ctrl_c(made)
        made.stop()


def _lives(process: psutil.Process) -> bool:
    """True if it still runs; one whose parent has not buried it yet does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_busy_port_ends_make_run_with_a_sentence(made_run: MadeRun, tmp_path: Path) -> None:
    running, env = made_run
    second = make_run(env, tmp_path / "second.log")

    code = second.process.wait(SECONDS_TO_SERVE)

    assert code != 0
    assert f"Port {env['PORT']} cannot be used" in second.logs
    assert running.process.poll() is None


def wait_for(running: Running, words: str, *, seconds: float = SECONDS_TO_SERVE) -> str:
    """Return the line with these words as soon as it is there."""
    deadline = time.monotonic() + seconds
    while True:
        for line in running.logs.splitlines():
            if words in line:
                return line
        assert time.monotonic() < deadline, running.logs
        assert running.process.poll() is None, running.logs
        time.sleep(0.1)


def test_the_backend_of_make_run_prints_what_it_fulfils(made_run: MadeRun) -> None:
    running, env = made_run
    shop, sandbox = (f"http://127.0.0.1:{env[name]}" for name in ("PORT", "SANDBOX_PORT"))
    with requests.Session() as browser:
        browser.trust_env = False
        cart = {"items": [{"price": "poster-usd", "quantity": 2}]}
        opened = browser.post(f"{shop}/api/v1/checkout-sessions", json=cart, timeout=60).json()
        pay = f"{sandbox}/_sandbox/checkout/sessions/{opened['id']}/pay"
        browser.post(pay, json={"payment_method": "4242424242424242"}, timeout=60)

    said = wait_for(running, "fulfilled ")

    assert said.endswith(f"fulfilled {opened['order']['id']} (poster x 2)")
    assert running.logs.count("fulfilled ") == 1


def test_make_run_serves_shop_and_sandbox_until_ctrl_c(
    made_run: MadeRun,
) -> None:
    running, env = made_run
    shop, sandbox = (f"http://127.0.0.1:{env[name]}" for name in ("PORT", "SANDBOX_PORT"))
    assert f"Open     {shop}/" in running.logs, running.logs
    family = psutil.Process(running.pid).children(recursive=True)

    served = [answers(f"{shop}/readyz")(), answers(f"{shop}/")(), answers(f"{sandbox}/")()]
    press_ctrl_c(running)

    assert served == [True, True, True], running.logs
    assert [process for process in family if _lives(process)] == []
    assert "Traceback" not in running.logs, running.logs
    assert "rc=-9" not in running.logs, running.logs


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A shell that starts `develop.py` in the background and ends."""
    made = tmp_path / "start.sh"
    log = tmp_path / "log"
    # It knows its parent when it says its first word.
    made.write_text(
        f'"$@" {sys.executable} develop.py >"{log}" 2>&1 &\n'
        f'until [ -s "{log}" ]; do sleep 0.1; done\n'
    )
    return made


def start_and_end_the_shell(script: Path, env: dict[str, str], *before: str) -> psutil.Process:
    command = ["sh", str(script), *(before or ("exec",))]
    # Whoever runs the tests under nohup is deaf to SIGHUP, and would make us so.
    heard = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    shell = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    signal.signal(signal.SIGHUP, heard)
    with shell:
        time.sleep(0.5)
        (started,) = psutil.Process(shell.pid).children()[:1]
        assert shell.wait(SECONDS_TO_SERVE) == 0
    return started


def test_it_says_why_it_ends_with_the_shell_that_started_it(
    env: dict[str, str], script: Path, tmp_path: Path
) -> None:
    started = start_and_end_the_shell(script, env)

    psutil.wait_procs([started], timeout=SECONDS_TO_SERVE)

    assert not _lives(started)
    said = (tmp_path / "log").read_text()
    assert "which started this, is gone. To let it outlive a shell: nohup" in said


def test_under_nohup_it_outlives_the_shell_that_started_it(
    env: dict[str, str], script: Path, tmp_path: Path
) -> None:
    started = start_and_end_the_shell(script, env, "nohup")
    try:
        log, deadline = tmp_path / "log", time.monotonic() + SECONDS_TO_SERVE
        while "Ctrl-C stops everything" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        started.send_signal(signal.SIGHUP)  # what a terminal says when it closes
        time.sleep(1)

        assert _lives(started), log.read_text()
    finally:
        started.terminate()
        psutil.wait_procs([started], timeout=SECONDS_TO_STOP)
