"""One call over HTTP, repeated until it is answered."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import requests

from .problem import CheckoutProblem, problem_of, unreadable


class Transport:
    """Asks the service; every POST carries an Idempotency-Key, so that nothing happens twice."""

    def __init__(self, base_url: str, api_key: str, *, timeout: float, most_tries: int) -> None:
        self._api = f"{base_url.rstrip('/')}/api/v1"
        self._timeout = timeout
        self._most_tries = most_tries
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {api_key}"

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, object] | None, key: str | None) -> Any:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._ask("POST", path, json=body, headers=headers)

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        """Ask; a lost answer, and one that says when to come back, are asked for again."""
        for tries in range(1, self._most_tries + 1):
            is_last = tries == self._most_tries
            wait = 2.0 ** (tries - 1)
            try:
                answer = self._http.request(
                    method, self._api + path, timeout=self._timeout, allow_redirects=False, **more
                )
                if answer.status_code < requests.codes.multiple_choices:
                    return answer.json()
                wait = _wait_for(answer, otherwise=wait, is_last=is_last)
            except (requests.ConnectionError, requests.Timeout, requests.JSONDecodeError):
                if is_last:
                    raise
            time.sleep(wait)
        raise ValueError("most_tries is 1 or more")


def _wait_for(answer: requests.Response, *, otherwise: float, is_last: bool) -> float:
    """Return the seconds after which to ask again. Raises CheckoutProblem if that is no use."""
    header = answer.headers.get("Retry-After", "")
    told = float(header) if header.isdigit() else 0.0
    problem: CheckoutProblem | None = problem_of(answer)
    if problem is not None and (is_last or not told):
        raise problem
    is_passing = answer.status_code >= requests.codes.server_error
    if problem is None and (is_last or not is_passing):
        raise unreadable(answer)
    return told or otherwise
