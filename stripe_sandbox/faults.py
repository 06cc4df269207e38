"""The fault dial: what goes wrong on purpose, drawn from one seed."""

from __future__ import annotations

import random
import threading
from collections import deque

from .errors import ApiError
from .fault_plan import Alteration, Plan, read
from .store import Json, Store

_SHUFFLE_SECONDS = 0.2
_HOME = {
    "checkout.session": "/v1/checkout/sessions/", "payment_intent": "/v1/payment_intents/",
    "charge": "/v1/charges/", "refund": "/v1/refunds/", "dispute": "/v1/disputes/",
    "payment_link": "/v1/payment_links/", "price": "/v1/prices/", "product": "/v1/products/",
}  # fmt: skip


class Faults:
    """Answers, for each call and each webhook, what goes wrong with it."""

    def __init__(self, store: Store) -> None:
        self._time = store.time
        self._lock = threading.Lock()
        self._plan = Plan()
        self._random = random.Random(0)  # noqa: S311 - faults must be repeatable, not secret
        self._calls: deque[float] = deque()
        store.on_reset.append(self.clear)

    def set(self, body: Json) -> None:
        """Take a plan. Raises ApiError for what makes no sense."""
        plan = read(body)
        with self._lock:
            self._random = random.Random(plan.seed)  # noqa: S311
            self._plan = plan
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
            fits = rule.method in (None, method) and path.startswith(rule.path)
            if fits and rule.kind != "stale_list" and self._chance(rule.probability):
                return rule.kind
        return None

    def staleness(self, method: str, path: str) -> float:
        """Draw how many seconds a list lags behind; 0 is up to date."""
        rules = [r for r in self._plan.api if r.kind == "stale_list" and path.startswith(r.path)]
        lags = [r.seconds for r in rules if method == "GET" and self._chance(r.probability)]
        return max(lags, default=0)

    def check_rate(self) -> None:
        """Count a call against the rate limit, if one is set. Raises ApiError."""
        limit = self._plan.per_second
        if limit is None:
            return
        now = self._time.time()
        with self._lock:
            while self._calls and self._calls[0] <= now - 1:
                self._calls.popleft()
            if len(self._calls) >= limit:
                raise too_many()
            self._calls.append(now)

    def copies(self) -> tuple[int, int]:
        """Return how many extra copies and how many twins an event gets."""
        return self._plan.webhooks.duplicate, self._plan.webhooks.twin

    def drops(self) -> bool:
        return self._chance(self._plan.webhooks.drop)

    def delay(self) -> float:
        """Draw how long a webhook is kept back, in seconds."""
        low, high = self._plan.webhooks.delay
        if self._plan.webhooks.shuffle:
            high = max(high, low + _SHUFFLE_SECONDS)
        with self._lock:
            return self._random.uniform(low, high)

    def altered(self, path: str, answer: Json) -> Json:
        """Change fields of the objects an answer shows, as the plan says."""
        for rule in self._plan.alter:
            if path.startswith(rule.path) and answer.get("object") != "list":
                _change(answer, rule.fields)
            elif answer.get("object") == "list":
                for item in answer["data"]:
                    _alter_at_home(item, rule)
            elif answer.get("object") == "event":
                _alter_at_home(answer, rule)
        return answer

    def altered_event(self, event: Json) -> Json:
        """Change the same objects where an event carries them."""
        for rule in self._plan.alter:
            _alter_at_home(event, rule)
        return event


def _alter_at_home(thing: Json, rule: Alteration) -> None:
    """Change an object, or the one an event carries, if the rule's path is its address."""
    if thing.get("object") == "event":
        thing = thing["data"]["object"]
    home = _HOME.get(str(thing.get("object")))
    if home and f"{home}{thing.get('id')}".startswith(rule.path):
        _change(thing, rule.fields)


def _change(thing: Json, fields: Json) -> None:
    for name, value in fields.items():
        *path, last = name.split(".")
        node = thing
        for step in path:
            inner = node.get(step)
            node[step] = node = inner if isinstance(inner, dict) else {}
        node[last] = value


def too_many() -> ApiError:
    return ApiError(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://docs.stripe.com/rate-limits.",
        status=429,
        code="rate_limit",
    )
