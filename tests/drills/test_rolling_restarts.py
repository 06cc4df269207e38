"""A deploy under load: two instances are restarted in turn, and no client notices."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable

from tests.support.hostile.attack import request
from tests.support.service import Service
from tests.support.stack import StartService

from .attackers import honest_event, say, statuses_in
from .balancer import balancer
from .crowd import in_its_own_loop

SHORT_ON = "postgresql"
_PER_SECOND = 50
_JSON = {"Content-Type": "application/json"}


def test_rolling_restarts_fail_nobody(start_service: StartService, full: bool) -> None:
    restarts = 20 if full else 2
    services = [start_service() for _ in range(2)]

    answers, stops = in_its_own_loop(_restart_under_load(services, restarts))

    told = f"{sum(answers.values())} requests: {dict(answers)}"
    print(f"{restarts} restarts, the longest stop {max(stops):.1f} s; {told}")
    assert not {asked: n for asked, n in answers.items() if asked[1] not in (200, 201)}
    assert len({asked[0] for asked in answers}) == len(_ASKED)
    assert max(stops) < 10
    assert not [one for one in services if "Traceback" in one.logs]


async def _restart_under_load(
    services: list[Service], restarts: int
) -> tuple[Counter[tuple[str, int]], list[float]]:
    answers: Counter[tuple[str, int]] = Counter()
    stops: list[float] = []
    under_way: set[asyncio.Task[None]] = set()

    async def ask(port: int, name: str) -> None:
        found = statuses_in(await say(port, _ASKED[name]()))
        answers[name, found[0] if found else 0] += 1

    async def load(port: int) -> None:
        names = list(_ASKED)
        for turn in range(10**9):
            task = asyncio.create_task(ask(port, names[turn % len(names)]))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            await asyncio.sleep(1 / _PER_SECOND)

    async with balancer([int(one.env["PORT"]) for one in services]) as port:
        loading = asyncio.create_task(load(port))
        for turn in range(restarts):
            await asyncio.sleep(1)
            stops.append(await asyncio.to_thread(_restart, services[turn % len(services)]))
        await asyncio.sleep(1)
        loading.cancel()
        await asyncio.gather(*under_way)
    return answers, stops


def _restart(service: Service) -> float:
    """Send SIGTERM, wait for the end as a host does, and start anew; give the end's seconds."""
    assert service.web is not None
    began = time.monotonic()
    assert service.web.stop() == 0
    took = time.monotonic() - began
    service.start_web()
    return took


def _create() -> bytes:
    body = json.dumps({"items": [{"price": "poster-usd", "quantity": 1}]}).encode()
    headers = _JSON | {"Idempotency-Key": secrets.token_hex(16)}
    return request("POST", "/api/v1/checkout-sessions", headers=headers, body=body)


_ASKED: dict[str, Callable[[], bytes]] = {
    "page": lambda: request("GET", "/"),
    "products": lambda: request("GET", "/api/v1/products"),
    "event": honest_event,
    "create": _create,
    "style": lambda: request("GET", "/static/style.css"),
}
