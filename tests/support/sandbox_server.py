"""A sandbox of one's own for a test: a real process on a port that was free."""

from __future__ import annotations

import re
import secrets
import tempfile
from pathlib import Path
from typing import Any

import requests

from tests.support.processes import Running, start

SECRET = "whsec_of_the_tests"
_ADDRESS = re.compile(r"http://\S+")


class SandboxServer:
    """A running sandbox; `stop` ends it."""

    def __init__(
        self, process: Running, url: str, folder: tempfile.TemporaryDirectory[str]
    ) -> None:
        self.process = process
        self.url = url
        self._folder = folder
        self._http = requests.Session()
        self._http.trust_env = False

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call a control route (`path` follows /_sandbox/); raise on any other answer than 2xx."""
        answer = self._http.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=70)
        answer.raise_for_status()
        return answer.json()

    def stop(self) -> None:
        self._http.close()
        try:
            self.process.stop()
        finally:
            self._folder.cleanup()


def start_sandbox(
    webhook_url: str | None = None,
    webhook_secret: str = SECRET,
    *,
    database: Path | None = None,
    more: tuple[str, ...] = (),
) -> SandboxServer:
    """Start one on a free port and return when it serves. Without a database it forgets."""
    folder = tempfile.TemporaryDirectory(prefix="sandbox-")
    log = Path(folder.name) / f"{secrets.token_hex(4)}.log"
    command = ["stripe_sandbox", "--port", "0", *more]
    if webhook_url is not None:
        command += ["--webhook", webhook_url, "--webhook-secret", webhook_secret]
    if database is not None:
        command += ["--database", str(database)]
    process = start(command, env={}, log=log, ready=lambda: bool(_address(log)))
    return SandboxServer(process, _address(log), folder)


def _address(log: Path) -> str:
    """Find what it printed at its start."""
    found = _ADDRESS.search(log.read_text("utf-8")) if log.exists() else None
    return found[0] if found else ""
