"""The two doors an integration may open to the report, and the way its buyers come back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin

import requests

from stripe_sandbox.store import Json

from .addresses import is_near

_SECONDS = 20
_MOST_WAIT = 65  # for a door that says 429 and when to come again
_MOST_REDIRECTS = 5


class DoorError(Exception):
    """A door did not do what it is there for; the message says how."""


def _session(headers: dict[str, str]) -> requests.Session:
    http = requests.Session()
    http.trust_env = False
    http.headers.update(headers)
    return http


@dataclass(slots=True)
class Create:
    """Opens a session through the integration, as its frontend does."""

    url: str
    method: str = "POST"
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def open(self) -> tuple[requests.Session, requests.Response]:
        """Knock, again when told to come later. Raises DoorError."""
        http = _session(self.headers)
        for _ in range(3):
            try:
                answer = http.request(
                    self.method, self.url, json=self.json, timeout=_SECONDS, allow_redirects=False
                )
            except requests.RequestException as error:
                raise DoorError(f"--create did not answer: {type(error).__name__}") from error
            if answer.status_code != requests.codes.too_many_requests:
                break
            time.sleep(min(_MOST_WAIT, _wait_of(answer)))
        return http, answer


def _wait_of(answer: requests.Response) -> float:
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else 1.0


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was fulfilled; `exact` is false where only yes or no is told."""

    times: int
    exact: bool


@dataclass(slots=True)
class Fulfilled:
    """Asks how often a purchase was fulfilled.

    `{session}`, `{id}`, `{reference}` and `{intent}` in the address are filled in.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def count(self, names: dict[str, str]) -> Count:
        """Raises DoorError for an answer that says neither."""
        url = self.url
        for name, value in names.items():
            url = url.replace(f"{{{name}}}", quote(value, safe=""))
        with _session(self.headers) as http:
            try:
                answer = http.get(url, timeout=_SECONDS)
            except requests.RequestException as error:
                raise DoorError(f"--fulfilled did not answer: {type(error).__name__}") from error
        if answer.status_code == requests.codes.not_found:
            return Count(0, exact=True)
        if answer.status_code != requests.codes.ok:
            raise DoorError(f"--fulfilled answered {answer.status_code}")
        said = next(_said(_json(answer)), True)
        if isinstance(said, bool):
            return Count(int(said), exact=not said)
        if isinstance(said, int):
            return Count(said, exact=True)
        raise DoorError('--fulfilled told neither a number nor true or false as "fulfilled"')


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _said(told: Any) -> Iterator[Any]:
    """Find what is told as `fulfilled`, at the top or inside."""
    if not isinstance(told, dict):
        return
    if "fulfilled" in told:
        yield told["fulfilled"]
    for inner in told.values():
        yield from _said(inner)


def said_by(answer: requests.Response) -> str:
    """Return how an answer began, for somebody who wonders why it was no other."""
    return " ".join(answer.text.split())[:200] or "nothing"


def name_of(answer: requests.Response, session: Json) -> str:
    """Return what the integration calls an order: by the create door's answer, else by Stripe."""
    told = _json(answer)
    told = told if isinstance(told, dict) else {}
    order = told.get("order")
    given = (
        told.get("order_id"),
        order.get("id") if isinstance(order, dict) else order,
        session["client_reference_id"],
        session["metadata"].get("order_id"),
        session["id"],
    )
    return next(str(name) for name in given if name)


def come_back(http: requests.Session, url: str, *, abroad: bool) -> int:
    """Follow a buyer back from the hosted page; return the last status. Raises DoorError."""
    for _ in range(_MOST_REDIRECTS):
        if not (abroad or is_near(url)):
            raise DoorError(f"the buyer's way back leads to another machine: {url[:60]}")
        try:
            answer = http.get(url, timeout=_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise DoorError(f"the buyer's way back failed: {type(error).__name__}") from error
        if "Location" not in answer.headers:
            return answer.status_code
        url = urljoin(url, answer.headers["Location"])
    return answer.status_code
