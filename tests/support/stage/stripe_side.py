"""Stripe's side of the stage: the sandbox in this process, its controls, its events."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from checkout_service.domain.clock import SECOND
from stripe_sandbox.app import create_sandbox
from stripe_sandbox.by_hand import ByHand
from stripe_sandbox.clock import tick
from stripe_sandbox.world import Call as Act
from stripe_sandbox.world import World
from tests.support.databases import KEYS

from .clock import NOON, VirtualClock
from .wire import ask

Json = dict[str, Any]

URL = KEYS["STRIPE_API_BASE"]  # nothing listens there
_MERCHANT = "sk_test_merchant"

_rested: list[StripeSide] = []


class Refused(Exception):
    """The sandbox refused what the story asked of it."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {json.dumps(body)}")
        self.status = status
        self.body = body


class StripeSide:
    """One sandbox and the clock it goes by."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.app: Flask = create_sandbox(base=URL, ticking=False, time=self.clock)
        self.world: World = self.app.extensions["world"]
        delivery = self.world.delivery
        assert isinstance(delivery, ByHand)
        self.delivery = delivery
        self._itself = Act(self.world, {}, "sk", {"id": None, "idempotency_key": None}, URL)

    def forget(self) -> None:
        """Be as new, at noon."""
        self.world.store.reset()
        self.world.faults.clear()
        self.clock.at = NOON

    def let_pass(self, seconds: float) -> None:
        """Move the clock on, stopping whenever something is due: it happens at its own time."""
        end = self.clock.at + math.ceil(seconds * SECOND)
        self.tick()
        while (due := self.world.store.next_due()) is not None and due * SECOND <= end:
            self.clock.at = max(self.clock.at, due * SECOND)
            self.tick()
        self.clock.at = end

    def tick(self) -> None:
        """Do what is due by now: expiries, delayed payments, refunds."""
        tick(self._itself)

    def control(self, method: str, path: str, body: Json | None = None) -> Any:
        """Call a control route (`path` follows /_sandbox/). Raises Refused."""
        given = b"" if body is None else json.dumps(body).encode()
        return self._ask(method, f"/_sandbox/{path}", given, {"Content-Type": "application/json"})

    def call(self, method: str, path: str, params: Json, *, key: str = _MERCHANT) -> Any:
        """Call the API as the merchant does, past the service. Raises Refused."""
        text = urlencode(params)
        headers = {"Authorization": f"Bearer {key}"}
        if method != "POST":
            return self._ask(method, f"{path}?{text}" if text else path, b"", headers)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask(method, path, text.encode(), headers)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
        self.tick()
        status, _, content = ask(self.app, method, URL + path, headers, body)
        answer = json.loads(content)
        if status >= 300:
            raise Refused(status, answer)
        return answer


@contextmanager
def borrowed_stripe() -> Iterator[StripeSide]:
    """Lend a sandbox that knows nothing; building one costs more than a whole story."""
    side = _rested.pop() if _rested else StripeSide()
    side.forget()
    try:
        yield side
    finally:
        _rested.append(side)
