"""Fixtures for whole stories: the sandbox and the service, as real processes on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.ports import free_port
from tests.support.processes import Running, answers, start
from tests.support.service import WEBHOOK_SECRET, Service, environment

StartService = Callable[..., Service]


class Sandbox:
    """A running small Stripe and its control routes."""

    def __init__(self, process: Running, url: str, webhook_port: int) -> None:
        self.process = process
        self.url = url
        self.webhook_port = webhook_port
        self._http = requests.Session()
        self._http.trust_env = False

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call a control route (`path` follows /_sandbox/); raise on any other answer than 2xx."""
        answer = self._http.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def close(self) -> None:
        self._http.close()
        self.process.stop()


def running_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Run a sandbox; it sends its webhooks to the port that services are started on."""
    port, webhook_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["stripe_sandbox", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--database", str(folder / "sandbox.sqlite3")]
    command += ["--webhook", f"http://127.0.0.1:{webhook_port}/webhooks/stripe"]
    command += ["--webhook-secret", WEBHOOK_SECRET]
    process = start(command, env={}, log=folder / "log", ready=answers(f"{url}/"))
    running = Sandbox(process, url, webhook_port)
    yield running
    running.close()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox a session."""
    yield from running_sandbox(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """A sandbox that has forgotten everything before."""
    sandbox_process.call("POST", "reset")
    return sandbox_process


@pytest.fixture
def start_service(sandbox: Sandbox, database_url: str, tmp_path: Path) -> Iterator[StartService]:
    """Start services against the sandbox: `start_service(worker=True, API_KEYS="")`.

    The first one gets the sandbox's webhooks; later ones share its database, on other ports.
    """
    services: list[Service] = []

    def launch(*, worker: bool = False, **settings: str) -> Service:
        folder = tmp_path / f"service-{len(services)}"
        folder.mkdir()
        port = None if services else sandbox.webhook_port
        env = environment(database_url=database_url, stripe_url=sandbox.url, port=port)
        service = Service(folder, env | settings)
        services.append(service)
        service.start_web()
        if worker:
            service.start_worker()
        return service

    yield launch
    for service in services:
        service.ask_to_stop()
    try:
        for service in services:
            service.stop()
    finally:
        for service in services:
            service.kill()


@pytest.fixture
def service(start_service: StartService) -> Service:
    """The web alone, on this test's database."""
    return start_service()
