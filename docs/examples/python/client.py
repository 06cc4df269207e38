"""A client of the checkout service in the standard library alone.

Every POST carries an Idempotency-Key: the same call may be repeated until it is answered, and
nothing happens twice.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

SERVICE = os.environ.get("CHECKOUT_URL", "http://127.0.0.1:8000")
API_KEY = os.environ.get("CHECKOUT_API_KEY", "")  # for the order routes only; never in a browser
MOST_TRIES = 6


class Refused(Exception):
    """The service says no; `code` is for programs, the message for people."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.code: str = problem["code"]


@dataclass(frozen=True)
class Answer:
    body: Any
    retry_after: float  # seconds; 0 when there is nothing to wait for


def call(method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
    """Ask the service, again if it is busy. Raises Refused when asking again would not help."""
    headers = {"Content-Type": "application/json"}
    if method == "POST":
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
    if API_KEY:
        headers["Authorization"] = f"Bearer {API_KEY}"
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{SERVICE}/api/v1{path}", data, headers, method=method)
    for tries in range(1, MOST_TRIES + 1):
        try:
            with urlopen(request, timeout=30) as answer:
                return Answer(json.load(answer), float(answer.headers.get("Retry-After", 0)))
        except HTTPError as error:
            # 409 counts only with Retry-After: the first call under this key is still running.
            wait = float(error.headers.get("Retry-After", 0))
            if tries == MOST_TRIES or not wait:
                raise Refused(json.load(error)) from None
        except URLError:
            wait = 2.0**tries
            if tries == MOST_TRIES:
                raise
        time.sleep(wait)
    raise AssertionError("unreachable")


def wait_until_final(path: str) -> Any:
    """Ask for a session, an intent or a link's order until nobody needs to wait any more."""
    while not (answer := call("GET", path)).body["final"]:
        time.sleep(answer.retry_after or 1)
    return answer.body
