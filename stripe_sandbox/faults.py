"""The fault dial: what goes wrong on purpose, drawn from one seed."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from .errors import ApiError, invalid
from .store import Json, Store

KINDS = frozenset(
    ("error_500", "rate_limit", "timeout", "reset", "commit_then_reset", "commit_then_500")
)
_SHUFFLE_SECONDS = 0.2
_HOME = {
    "checkout.session": "/v1/checkout/sessions/", "payment_intent": "/v1/payment_intents/",
    "charge": "/v1/charges/", "refund": "/v1/refunds/", "dispute": "/v1/disputes/",
    "payment_link": "/v1/payment_links/", "price": "/v1/prices/", "product": "/v1/products/",
}  # fmt: skip


@dataclass(slots=True)
class _Plan:
    latency: float = 0.0
    api: list[Json] = field(default_factory=list)
    webhooks: Json = field(default_factory=dict)
    alter: list[Json] = field(default_factory=list)
    per_second: int | None = None


class Faults:
    """Answers, for each call and each webhook, what goes wrong with it."""

    def __init__(self, store: Store) -> None:
        self._lock = threading.Lock()
        self._plan = _Plan()
        self._random = random.Random(0)  # noqa: S311 - faults must be repeatable, not secret
        self._calls: deque[float] = deque()
        store.on_reset.append(self.clear)

    def set(self, plan: Json) -> None:
        """Take a plan of contract form. Raises ApiError for what it does not know."""
        rules = plan.get("api", [])
        for rule in rules:
            if rule.get("kind") not in KINDS:
                raise invalid("api", f"kind must be one of {', '.join(sorted(KINDS))}")
        alter = plan.get("alter", [])
        with self._lock:
            self._random = random.Random(plan.get("seed", 0))  # noqa: S311
            self._plan = _Plan(
                latency=float(plan.get("latency_ms", 0)) / 1000,
                api=list(rules),
                webhooks=dict(plan.get("webhooks", {})),
                alter=[alter] if isinstance(alter, dict) else list(alter),
                per_second=plan.get("rate_limit_per_second"),
            )
            self._calls.clear()

    def clear(self) -> None:
        self.set({})

    def _chance(self, probability: float) -> bool:
        with self._lock:
            return probability > 0 and self._random.random() < probability

    def latency(self) -> float:
        return self._plan.latency

    def of_call(self, method: str, path: str) -> str | None:
        """Draw what goes wrong with a call: the first rule that fits and strikes."""
        for rule in self._plan.api:
            fits = rule.get("method", method).upper() == method and path.startswith(
                rule.get("path", "/")
            )
            if fits and self._chance(float(rule.get("probability", 1))):
                return str(rule["kind"])
        return None

    def check_rate(self) -> None:
        """Count a call against the rate limit, if one is set. Raises ApiError."""
        limit = self._plan.per_second
        if limit is None:
            return
        now = time.monotonic()
        with self._lock:
            while self._calls and self._calls[0] <= now - 1:
                self._calls.popleft()
            if len(self._calls) >= limit:
                raise too_many()
            self._calls.append(now)

    def copies(self) -> tuple[int, int]:
        """Give how many extra copies and how many twins an event gets."""
        plan = self._plan.webhooks
        return int(plan.get("duplicate", 0)), int(plan.get("twin", 0))

    def drops(self) -> bool:
        return self._chance(float(self._plan.webhooks.get("drop", 0)))

    def delay(self) -> float:
        """Draw how long a webhook is kept back, in seconds."""
        plan = self._plan.webhooks
        low, high = plan.get("delay_ms", [0, 0])
        if plan.get("shuffle"):
            high = max(high, low + _SHUFFLE_SECONDS * 1000)
        with self._lock:
            return self._random.uniform(low, high) / 1000

    def altered(self, path: str, answer: Json) -> Json:
        """Change fields of the objects an answer shows, as the plan says."""
        for rule in self._plan.alter:
            if path.startswith(rule["path"]):
                _change(answer, rule["fields"])
            elif answer.get("object") == "list":
                for item in answer["data"]:
                    self._alter_at_home(item, rule)
        return answer

    def altered_event(self, event: Json) -> Json:
        """Change the same objects where an event carries them."""
        for rule in self._plan.alter:
            self._alter_at_home(event["data"]["object"], rule)
        return event

    def _alter_at_home(self, thing: Json, rule: Json) -> None:
        if thing.get("object") == "event":
            thing = thing["data"]["object"]
        home = _HOME.get(str(thing.get("object")))
        if home and f"{home}{thing.get('id')}".startswith(rule["path"]):
            _change(thing, rule["fields"])


def _change(thing: Json, fields: Json) -> None:
    for name, value in fields.items():
        *path, last = name.split(".")
        node = thing
        for step in path:
            node = node.setdefault(step, {})
        node[last] = value


def too_many() -> ApiError:
    return ApiError(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://docs.stripe.com/rate-limits.",
        status=429,
        kind="invalid_request_error",
        code="rate_limit",
    )
