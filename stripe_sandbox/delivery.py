"""Webhooks: signed anew at each attempt, retried on the sandbox's clock, logged, disturbed at will.

Only a 2xx within ten seconds is a success; a redirect is not followed.
"""

from __future__ import annotations

import copy
import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import requests

from . import thin
from .faults import Faults
from .store import Json, Store, new_id, shown
from .times import now_as_text

TIMEOUT_SECONDS = 10
# After the first attempt; all on the sandbox's clock, about three days in the end.
RETRIES = (60, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 86_400, 86_400)
_KEEPS_TRYING = sum(RETRIES)
_TICK = 0.02
_SENDERS = 64


@dataclass(order=True, slots=True)
class _Due:
    at: float
    turn: int
    event: str = field(compare=False)
    url: str = field(compare=False)
    endpoint: str | None = field(compare=False)
    attempt: int = field(compare=False)


class Delivery:
    """The queue of webhook attempts and the threads that make them."""

    def __init__(self, store: Store, faults: Faults, url: str | None, secret: str | None) -> None:
        self._store = store
        self._faults = faults
        self._url = url
        self._secrets = [secret] if secret else []
        self._queue: list[_Due] = []
        self._turns = itertools.count()
        self._wake = threading.Condition()
        self._busy = 0
        self._log: list[Json] = []
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="webhook")
        self._local = threading.local()
        store.on_reset.append(self._forget)
        self._take_up()

    def start(self) -> None:
        """Begin to send, in threads."""
        threading.Thread(target=self._run, name="webhooks", daemon=True).start()

    def _take_up(self) -> None:
        """Go on with what an earlier process of ours left undelivered."""
        for event in self._store.newest("event"):
            if event["created"] < self._now() - _KEEPS_TRYING:
                return
            done = event.get("_delivered", {})
            for url, endpoint in self._targets(event["type"]):
                if event.get("_pending") and not done.get(endpoint or url):
                    self._queue_up(event["id"], url, endpoint, 1, self._now())

    def send(self, event: Json) -> None:
        """Queue an event for every endpoint that wants it, with the copies a fault asks for.

        What it tells of is kept before anybody is told.
        """
        copies, twins = self._faults.copies()
        targets = self._targets(event["type"])
        event["_pending"] = len(targets)
        event["pending_webhooks"] = len(targets)
        self._store.put(event)
        for twin in [event, *(self._twin(event) for _ in range(twins))]:
            for url, endpoint in targets:
                for _ in range(1 + copies):
                    args = (twin["id"], url, endpoint, 1, self._now() + self._faults.delay())
                    self._store.afterwards(partial(self._queue_up, *args))

    def resend(self, event: Json) -> None:
        for url, endpoint in self._targets(event["type"]):
            self._queue_up(event["id"], url, endpoint, 1, self._now())

    def roll_secret(self, secret: str | None = None) -> str:
        """Sign with one more secret beside the first; return the new one."""
        self._secrets.append(secret or new_id("whsec", 32))
        return self._secrets[-1]

    def log(self) -> list[Json]:
        with self._wake:
            return list(self._log)

    def flush(self, seconds: float = 60) -> bool:
        """Wait until nothing is due now; False when that takes too long."""
        until = time.monotonic() + seconds
        with self._wake:
            while self._busy or (self._queue and self._queue[0].at <= self._now()):
                if not self._wake.wait(min(_TICK, max(0.0, until - time.monotonic()))):
                    if time.monotonic() >= until:
                        return False
                    self._wake.notify_all()
        return True

    def wait_for(self, event: Json, seconds: float) -> None:
        """Wait for the answer to an event's first attempt, as Checkout does before it redirects."""
        with self._wake:
            self._wake.wait_for(
                lambda: len(event.get("_delivered", {})) >= event["_pending"], seconds
            )

    def _targets(self, kind: str) -> list[tuple[str, str | None]]:
        targets: list[tuple[str, str | None]] = [(self._url, None)] if self._url else []
        for endpoint in self._store.newest("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or kind in wanted):
                targets.append((endpoint["url"], endpoint["id"]))
        return targets + thin.wanting(self._store, kind)

    def _twin(self, event: Json) -> Json:
        twin = copy.deepcopy(event) | {"id": new_id("evt")}
        return self._store.put(twin)

    def _now(self) -> float:
        return self._store.moment()

    def _queue_up(
        self, event: str, url: str, endpoint: str | None, attempt: int, at: float
    ) -> None:
        due = _Due(at, next(self._turns), event, url, endpoint, attempt)
        with self._wake:
            heapq.heappush(self._queue, due)
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue or self._queue[0].at > self._now():
                    self._wake.wait(_TICK if self._queue else None)
                due = heapq.heappop(self._queue)
                self._busy += 1
            self._senders.submit(self._attempt, due)

    def _attempt(self, due: _Due) -> None:
        status = None
        try:
            event = self._store.get(due.event, "event")
            if event is not None and self._is_wanted(due):
                status = 0 if self._faults.drops() else self._post(event, due)
                self._note(event, due, status)
        finally:
            with self._wake:
                self._busy -= 1
                self._wake.notify_all()

    def _is_wanted(self, due: _Due) -> bool:
        """True if the endpoint is still there and on: else nothing more is tried."""
        if due.endpoint is None:
            return True
        endpoint = self._store.get(due.endpoint)
        return endpoint is not None and endpoint["status"] == "enabled"

    def _post(self, event: Json, due: _Due) -> int:
        endpoint = self._store.get(due.endpoint) if due.endpoint else None
        is_thin = endpoint is not None and endpoint["object"] == thin.KIND
        sent = thin.thin_event(event) if is_thin else self._faults.altered_event(shown(event))
        body = json.dumps(sent, indent=2).encode()
        secrets = [endpoint["_secret"]] if endpoint else self._secrets
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, secrets, int(self._store.time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            answer = self._session().post(
                due.url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
        session: requests.Session = self._local.session
        return session

    def _note(self, event: Json, due: _Due, status: int) -> None:
        if self._store.get(event["id"], "event") is not event:
            return  # all was forgotten while it was under way
        row = {
            "at": now_as_text(self._store.time),
            "event": event["id"],
            "type": event["type"],
            "attempt": due.attempt,
            "status": status,
            "url": due.url,
        }
        taken = 200 <= status < 300  # noqa: PLR2004
        with self._wake:
            self._log.append(row)
        with self._store.lock:
            done: dict[str, Any] = event.setdefault("_delivered", {})
            place = due.endpoint or due.url
            done[place] = done.get(place, False) or taken
            event["pending_webhooks"] = max(0, event.get("_pending", 0) - sum(done.values()))
            self._store.put(event)
        if not taken and not done[place] and due.attempt <= len(RETRIES):
            again = due.at + RETRIES[due.attempt - 1]  # in a leap of the clock all are due at once
            self._queue_up(due.event, due.url, due.endpoint, due.attempt + 1, again)

    def _forget(self) -> None:
        with self._wake:
            self._queue.clear()
            self._log.clear()
            del self._secrets[1:]


def delivered(event: Json) -> bool:
    """True if every endpoint that wants the event has taken it."""
    done = event.get("_delivered", {})
    return bool(sum(done.values()) >= event.get("_pending", 0))


def signature(body: bytes, secrets: list[str], at: int) -> str:
    """Sign as Stripe does: one v1 a secret, and an old scheme that proves nothing."""
    signed = f"{at}.".encode() + body
    parts = [f"v1={hmac.new(s.encode(), signed, hashlib.sha256).hexdigest()}" for s in secrets]
    junk = hashlib.sha256(signed).hexdigest()
    return ",".join([f"t={at}", *parts, f"v0={junk}"])
