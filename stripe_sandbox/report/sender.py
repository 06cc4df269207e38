"""Sends webhooks as Stripe does, and as a stranger would; notes what was answered, and when."""

from __future__ import annotations

import copy
import json
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from stripe_sandbox.delivery import TIMEOUT_SECONDS, signature
from stripe_sandbox.store import Json, new_id

STRANGER = "whsec_somebody_else"
_CUT_AFTER = 0.1  # seconds from a request's last byte until the line is cut


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when nothing did, and then why."""

    status: int
    seconds: float
    why: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500  # noqa: PLR2004

    @property
    def crashed(self) -> bool:
        return self.status == 0 or self.status >= 500  # noqa: PLR2004

    def __str__(self) -> str:
        return f"answered {self.status}" if self.status else f"no answer: {self.why}"


class Sender:
    """Posts to one webhook address."""

    def __init__(
        self, target: str, secrets: Sequence[str], seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """`seconds` is how long an answer may take; Stripe's own ten unless said otherwise."""
        self.target = target
        self.secrets = list(secrets)
        self.seconds = seconds
        self.slowest = 0.0  # of the well-signed events that came alone and were taken

    def deliver(self, event: Json, *, seconds: float | None = None) -> Answer:
        """Send an event as Stripe does now."""
        answer = self._send(event, seconds)
        if answer.taken:
            self.slowest = max(self.slowest, answer.seconds)
        return answer

    def _send(self, event: Json, seconds: float | None = None) -> Answer:
        body = body_of(event)
        return self.post(body, self.sign(body), seconds=seconds)

    def deliver_together(self, events: Sequence[Json]) -> list[Answer]:
        """Send events all at once."""
        with ThreadPoolExecutor(len(events)) as pool:
            return list(pool.map(self._send, events))

    def sign(self, body: bytes, secrets: Sequence[str] | None = None, *, shift: float = 0) -> str:
        """Sign as Stripe does, with every secret or those given, `shift` seconds from now."""
        return signature(body, list(secrets or self.secrets), int(time.time() + shift))

    def post(
        self, body: bytes, header: str | bytes | None, *, seconds: float | None = None
    ) -> Answer:
        """Send a body with whatever signature."""
        headers: dict[str, str | bytes] = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        if header is not None:
            headers["Stripe-Signature"] = header
        began = time.monotonic()
        with requests.Session() as http:
            http.trust_env = False
            try:
                got = http.post(
                    self.target,
                    data=body,
                    headers=headers,
                    timeout=seconds or self.seconds,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                return Answer(0, time.monotonic() - began, type(error).__name__)
        return Answer(got.status_code, time.monotonic() - began)

    def hang_up(self, event: Json) -> None:
        """Send an event, and cut the line before the answer is read."""
        body, parts = body_of(event), urlsplit(self.target)
        if parts.scheme != "http":
            raise OSError("only plain http can be cut")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Stripe-Signature: {self.sign(body)}\r\n\r\n"
        )
        with socket.create_connection((parts.hostname, parts.port or 80), self.seconds) as line:
            line.sendall(head.encode() + body)
            time.sleep(_CUT_AFTER)


def body_of(event: Json) -> bytes:
    return json.dumps(event, indent=2).encode()


def again(event: Json, **fields: object) -> Json:
    """Copy an event under an id of its own, with some fields of its own."""
    return copy.deepcopy(event) | {"id": new_id("evt")} | fields
