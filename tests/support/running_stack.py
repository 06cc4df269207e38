"""A stack to drill on: two services, two workers, a sandbox, a recording merchant, real HTTP."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import requests
import stripe

from tests.support.merchant import Merchant
from tests.support.patience import PATIENCE
from tests.support.service import API_KEY, WEBHOOK_SECRET, Service
from tests.support.stack import Sandbox

T = TypeVar("T")
R = TypeVar("R")

KEY = {"Authorization": f"Bearer {API_KEY}"}
_local = threading.local()


def http() -> requests.Session:
    """Return this thread's session; no proxy is ever asked."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=64)
        _local.session.mount("http://", adapter)
    session: requests.Session = _local.session
    return session


def side_by_side(act: Callable[[T], R], things: Iterable[T], *, threads: int = 16) -> list[R]:
    """Do the same for many things at once; the first failure is raised."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, things))


def until(true: Callable[[], bool], *, seconds: float = PATIENCE, what: str) -> float:
    """Wait for something to become true; return the seconds it took."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.2)
    return time.monotonic() - start


@dataclass
class Bought:
    """An order and its session, as the buyer's frontend knows them."""

    order: str
    session: str
    total: int
    intent: str | None = None


@dataclass
class Stack:
    sandbox: Sandbox
    services: list[Service]
    merchant: Merchant
    statuses: Counter[int] = field(default_factory=Counter)

    def request(self, method: str, path: str, *, service: int = 0, **more: Any) -> Any:
        url = f"{self.services[service % len(self.services)].url}{path}"
        answer = http().request(method, url, timeout=60, allow_redirects=False, **more)
        self.statuses[answer.status_code] += 1
        return answer

    def buy(self, place: int = 0, *, tries: int = 1) -> Bought:
        """Open a session through the API; more tries repeat it under the same key."""
        quantity = place % 5 + 1
        body = {"items": [{"price": "poster-usd", "quantity": quantity}]}
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        for _ in range(tries):
            answer = self.request(
                "POST", "/api/v1/checkout-sessions", service=place, json=body, headers=headers
            )
            if answer.status_code == 201:
                data = answer.json()
                return Bought(data["order"]["id"], data["id"], quantity * 2500)
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), 2))
        raise AssertionError(f"not opened: {answer.status_code} {answer.text}")

    def pay(self, bought: Bought, method: str = "4242424242424242") -> Any:
        path = f"checkout/sessions/{bought.session}/pay"
        session = self.sandbox.call("POST", path, {"payment_method": method})
        bought.intent = session["payment_intent"]
        return session

    def order(self, bought: Bought) -> Any:
        answer = self.request("GET", f"/api/v1/orders/{bought.order}", headers=KEY)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stripe(self, path: str, **params: Any) -> Any:
        """Read the sandbox's own truth."""
        answer = http().get(
            f"{self.sandbox.url}{path}",
            params=params,
            headers={"Authorization": "Bearer sk_test_drill"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()

    def stripe_post(self, path: str, **params: Any) -> Any:
        answer = http().post(
            f"{self.sandbox.url}{path}",
            data=params,
            headers={"Authorization": "Bearer sk_test_drill"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()

    def stripe_delete(self, path: str) -> None:
        headers = {"Authorization": "Bearer sk_test_drill"}
        http().delete(f"{self.sandbox.url}{path}", headers=headers, timeout=60).raise_for_status()

    def events(self, *types: str) -> list[Any]:
        """List the sandbox's events, oldest first."""
        found: list[Any] = []
        params: dict[str, Any] = {"limit": 100}
        if types:
            params |= {f"types[{n}]": name for n, name in enumerate(types)}
        while True:
            page = self.stripe("/v1/events", **params)
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]
            params["starting_after"] = page["data"][-1]["id"]

    def post_event(self, event: Any, *, service: int = 0, secret: str = WEBHOOK_SECRET) -> int:
        """Deliver an event as Stripe would, signed anew."""
        body = json.dumps(event, indent=2)
        header = stripe.WebhookSignature.generate_signature_header(body, secret)
        answer = self.request(
            "POST",
            "/webhooks/stripe",
            service=service,
            data=body.encode(),
            headers={"Stripe-Signature": header, "Content-Type": "application/json"},
        )
        return int(answer.status_code)

    def faults(self, **plan: Any) -> None:
        url = f"{self.sandbox.url}/_sandbox/faults"
        http().put(url, json=plan, timeout=60).raise_for_status()

    def no_faults(self) -> None:
        http().delete(f"{self.sandbox.url}/_sandbox/faults", timeout=60).raise_for_status()

    def paid_messages(self) -> Counter[str]:
        """Count the deliveries of `order.paid` by message id."""
        return Counter(
            got.id
            for got in list(self.merchant.got)
            if json.loads(got.body)["type"] == "order.paid"
        )

    def server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)


def reads_in_the_busiest_second(requests_log: list[Any], *, seconds: float = 1) -> int:
    """Count the most GETs that arrived within any one second, or within some more."""
    times = sorted(
        datetime.fromisoformat(row["at"]).timestamp()
        for row in requests_log
        if row["method"] == "GET" and row["stripe_version"]  # the drill itself sends none
    )
    most, start = 0, 0
    for end, at in enumerate(times):
        while times[start] <= at - seconds:
            start += 1
        most = max(most, end - start + 1)
    return most
