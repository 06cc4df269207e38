"""How the product is served: processes, a stop that loses nothing, nothing left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
import requests

from tests.support.service import Service, environment

SECONDS_TO_STOP = 10  # what the least patient host grants
NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """The web on its own: no Stripe answers."""
    env = environment(database_url=database_url, stripe_url=NOBODY_THERE)
    service = Service(tmp_path, env | {"HOME": str(tmp_path), "METRICS_TOKEN": "tests"})
    service.start_web()
    yield service
    service.stop()


def test_sqlite_gets_one_process_and_postgresql_two(web: Service, database_kind: str) -> None:
    assert web.web is not None
    master = psutil.Process(web.web.pid)
    time.sleep(1)  # the second is forked after the first already serves

    assert len(master.children()) == {"sqlite": 1, "postgresql": 2}[database_kind]


def test_a_stop_is_over_in_ten_seconds_though_a_client_keeps_its_connection(web: Service) -> None:
    assert web.web is not None
    idle = HTTPConnection("127.0.0.1", int(web.env["PORT"]), timeout=5)
    idle.request("GET", "/healthz")
    idle.getresponse().read()

    code = web.web.stop(seconds=SECONDS_TO_STOP)
    idle.close()

    assert code == 0
    assert "Traceback" not in web.logs


def test_no_control_socket_is_left_in_the_home_folder(web: Service, tmp_path: Path) -> None:
    assert not (tmp_path / ".gunicorn").exists()


@pytest.mark.parametrize(
    ("path", "size"),
    [("/api/v1/checkout-sessions", 90_000), ("/webhooks/stripe", 1_200_000), ("/gone", 90_000)],
)
def test_a_refused_body_does_not_spoil_the_connection(web: Service, path: str, size: int) -> None:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Content-Type": "application/json"}
        refused = session.post(f"{web.url}{path}", data=b"x" * size, headers=headers, timeout=10)

        assert refused.status_code in {404, 413}
        assert session.get(f"{web.url}/healthz", timeout=10).status_code == 200
