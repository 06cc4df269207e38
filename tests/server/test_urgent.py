"""What a host decides by is answered while a frozen database holds every thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.support.databases import Databases
from tests.support.patience import at_this_pace
from tests.support.postgres import Postgres
from tests.support.running_stack import KEY, http, side_by_side, until
from tests.support.service import Service, environment

NOBODY_THERE = "http://127.0.0.1:9"
THREADS = 8
MOUNT = "/till"


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """One process, mounted under a path, and fewer threads than will ask."""
    env = environment(database_url=database_url, stripe_url=NOBODY_THERE)
    env |= {"WEB_THREADS": str(THREADS), "WEB_CONCURRENCY": "1"}
    env["PUBLIC_BASE_URL"] += MOUNT
    service = Service(tmp_path, env)
    service.start_web()
    yield service
    service.stop()


@contextmanager
def all_waiting(web: Service, databases: Databases) -> Iterator[None]:
    """Freeze the database, and have more ask for something in it than there are threads."""
    server = databases.server("postgresql")
    assert isinstance(server, Postgres)
    assert server._owned is not None

    def ask(_place: int) -> int:
        return http().get(f"{web.url}/api/v1/orders", headers=KEY, timeout=120).status_code

    assert set(side_by_side(ask, range(THREADS))) == {200}  # connections that are open already
    with ThreadPoolExecutor(4 * THREADS) as waiting, server._owned.frozen():
        for place in range(4 * THREADS):
            waiting.submit(ask, place)
        time.sleep(1)
        yield


def answer(url: str) -> tuple[requests.Response, float]:
    """Ask on a new connection, as a balancer does; return the seconds it took, too."""
    began = time.monotonic()
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=120), time.monotonic() - began


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_health_is_told_in_time_while_every_thread_waits_for_the_database(
    web: Service, databases: Databases
) -> None:
    with all_waiting(web, databases):
        with ThreadPoolExecutor(4) as balancers:
            readiness = [
                balancers.submit(answer, f"{web.url}{mount}/readyz")
                for mount in ("", "", MOUNT, MOUNT)
            ]
            time.sleep(0.2)
            lives = [answer(f"{web.url}{mount}/healthz") for mount in ("", MOUNT)]
            told = [one.result() for one in readiness]

        assert [one.status_code for one, _ in lives] == [200, 200]
        assert max(seconds for _, seconds in lives) < at_this_pace(1)
        assert {one.status_code for one, _ in told} == {503}
        assert max(seconds for _, seconds in told) < at_this_pace(5)

    ready = f"{web.url}/readyz"
    until(lambda: http().get(ready).ok, seconds=at_this_pace(10), what="a web that is ready")
