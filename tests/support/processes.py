"""Real processes under test: start, wait until they serve, stop by pid, keep what they said."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE
from tests.support.process_group import ProcessGroup
from tests.support.warm_start import ROOT, WarmProcess

__all__ = [
    "ROOT", "DidNotStart", "Running", "answers", "clean_environment", "ended", "run", "start"
]  # fmt: skip

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SYSTEMROOT")


class DidNotStart(RuntimeError):
    """A process ended or stayed silent; the message carries its log."""


def clean_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with nothing of the developer's: no key, no proxy, no .env."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    ours = {"PYTHON_DOTENV_DISABLED": "1", "FLASK_SKIP_DOTENV": "1", "PYTHONUNBUFFERED": "1"}
    return kept | ours | dict(given)


@dataclass
class Running:
    """A process of ours and all that it started."""

    process: subprocess.Popen[bytes] | WarmProcess
    log: Path

    def __post_init__(self) -> None:
        self._process_group = ProcessGroup(self.process.pid)
        self._asked = False

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def logs(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def ask_to_stop(self) -> None:
        """Send SIGTERM, once."""
        if not self._asked:
            self._asked = True
            self.process.send_signal(signal.SIGTERM)

    def stop(self, *, seconds: float = PATIENCE) -> int:
        """Ask it to stop and give its exit code; kill the whole group if it does not listen."""
        self.ask_to_stop()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._process_group.let_go()
        return code

    def kill(self) -> None:
        """End the process and its children at once, as a power cut would."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._process_group.let_go()


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    ready: Callable[[], bool] = lambda: True,
    python: str = sys.executable,
    folder: Path = ROOT,
) -> Running:
    """Start a Python module (`command` follows `python -m`) and return when it is ready."""
    with log.open("ab") as out:
        process = _begin(command, env=env, out=out, python=python, folder=folder)
    running = Running(process, log)
    try:
        _wait_until(ready, running, command)
    except BaseException:
        running.kill()
        raise
    return running


def _begin(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    out: IO[bytes],
    err: IO[bytes] | None = None,
    python: str = sys.executable,
    folder: Path = ROOT,
) -> subprocess.Popen[bytes] | WarmProcess:
    """Start it warm where that is the same: here, with this Python as it is."""
    wanted = clean_environment(env)
    as_we_are = (python, folder) == (sys.executable, ROOT) and sys.platform == "linux"
    if as_we_are and not any(name.startswith("PYTHON") for name in env):
        logs = (out.fileno(), (err or out).fileno())
        return WarmProcess(command, env=wanted, bare=clean_environment({}), logs=logs)
    return subprocess.Popen(
        [python, "-m", *command],
        env=wanted,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err or out,
        start_new_session=True,
    )


def _wait_until(ready: Callable[[], bool], running: Running, command: Sequence[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if running.process.poll() is not None or time.monotonic() > deadline:
            raise DidNotStart(f"{' '.join(command)} did not start:\n{running.logs}")
        time.sleep(0.05)


def answers(url: str, *, status: int = 200) -> Callable[[], bool]:
    """Make a check: does a GET of this URL answer with that status? No proxy is ever asked."""
    parts = urlsplit(url)

    def check() -> bool:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == status
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return check


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    seconds: float = 2 * PATIENCE,
    python: str = sys.executable,
    folder: Path = ROOT,
) -> str:
    """Run a Python module to its end and give what it printed; any failure raises with it."""
    with TemporaryFile() as out:
        code = _end_of(_begin(command, env=env, out=out, python=python, folder=folder), seconds)
        said = _read(out)
    if code:
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{said}")
    return said


def ended(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    out: IO[bytes] | None = None,
    seconds: float = 2 * PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """Run a Python module to its end, whatever that is; give its code and all it printed.

    What it prints goes to `out` instead, if that is given.
    """
    with TemporaryFile() as kept, TemporaryFile() as err:
        code = _end_of(_begin(command, env=env, out=out or kept, err=err), seconds)
        return subprocess.CompletedProcess(command, code, _read(kept), _read(err))


def _end_of(process: subprocess.Popen[bytes] | WarmProcess, seconds: float) -> int:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
