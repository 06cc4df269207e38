"""Run the steps of one piece of software against a sandbox of its own, and count.

Steps say `ok NAME` or `not ok NAME: why`, one a line, and `done` at the end.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.processes import answers, start

from . import environments
from .software import Software

_LINE = re.compile(r"(ok|not ok) ([^:\n]+)(?:: (.*))?")
_END = 1800  # seconds; nothing takes as long
_NONE = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


@dataclass(slots=True)
class Result:
    """What became of a piece of software's steps: `failed` by name, with the reason."""

    software: Software
    version: str = "?"
    passed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        return len(self.passed) + len(self.failed)


def run(software: Software) -> Result:
    """Install it, start a sandbox, take the steps."""
    result = Result(software)
    try:
        folder = environments.make(software)
        result.version = environments.version(software, folder)
    except (OSError, subprocess.CalledProcessError) as error:
        result.failed["install"] = str(error)
        return result
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "sandbox.log"
    sandbox = start(
        ["stripe_sandbox", "--port", str(port)], env={}, log=log, ready=answers(f"{url}/")
    )
    try:
        _take(software, folder, {"SANDBOX": url}, result)
    finally:
        sandbox.stop()
    if "Traceback" in log.read_text("utf-8"):
        result.failed["the sandbox itself"] = f"see {log.name}"
    return result


def _take(software: Software, folder: Path, env: dict[str, str], result: Result) -> None:
    if not software.needs_postgres:
        read(_output(software, folder, env), result)
        return
    postgres = Postgres()
    try:
        read(_output(software, folder, env | {"DATABASE_URL": postgres.create()}), result)
    finally:
        postgres.stop()


def _output(software: Software, folder: Path, env: dict[str, str]) -> str:
    ours = {"PYTHONPATH": str(environments.ROOT.parent)}  # steps in Python share a module
    whole: dict[str, Any] = {"cwd": folder, "env": os.environ | _NONE | ours | env}
    command = environments.command(software, folder)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_END, **whole
        )
    except subprocess.TimeoutExpired:
        return f"not ok the end: not within {_END} s"
    (folder / "steps.log").write_text(done.stdout + done.stderr, "utf-8")
    if done.returncode == 0 and done.stdout.rstrip().endswith("done"):
        return str(done.stdout)
    last = " ".join(done.stderr.strip().splitlines()[-1:])
    return f"{done.stdout}\nnot ok the end: exit {done.returncode} {last}"


def read(output: str, result: Result) -> None:
    """Count what the steps said."""
    for line in output.splitlines():
        said = _LINE.fullmatch(line.strip())
        if said and said[1] == "ok":
            result.passed.append(said[2])
        elif said:
            result.failed[said[2]] = said[3] or ""
