"""A sandbox of one's own, from Python: a process on loopback, worked by its control routes.

It is a process, so that what a test does to time, threads or the network does nothing to it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

Json = dict[str, Any]

_ADDRESS = re.compile(r"http://\S+")
_SECONDS = 90  # a flush alone may take sixty


class Refused(Exception):
    """The sandbox said no: `error` is the object in which Stripe says why."""

    def __init__(self, status: int, error: Json) -> None:
        super().__init__(f"{status}: {error.get('message')}")
        self.status = status
        self.error = error


class RunningSandbox:
    """A sandbox by its address. Whatever it refuses raises Refused."""

    api_key = "sk_test_sandbox"
    publishable_key = "pk_test_sandbox"

    def __init__(self, url: str) -> None:
        self.url = url

    def send_events_to(self, url: str, *kinds: str, secret: str | None = None) -> str:
        """Send events, by default of every kind, to an endpoint; return what signs them."""
        wanted = [("enabled_events[]", kind) for kind in kinds or ("*",)]
        endpoint = self._ask("POST", "/v1/webhook_endpoints", urlencode([("url", url), *wanted]))
        if secret is None:
            return str(endpoint["secret"])
        self.control("PUT", f"webhook_endpoints/{endpoint['id']}/secret", secret=secret)
        return secret

    def pay(self, session: str, card: str = "4242424242424242", **told: Any) -> Json:
        """Pay a Checkout Session as its buyer would; return it as it is then.

        `told` is what the buyer says besides: `email`, `three_d_secure` ("pass" or "fail"),
        `name`, `address`, ... A card that is declined raises Refused with status 402.
        """
        path = f"checkout/sessions/{session}/pay"
        return self.control("POST", path, payment_method=card, **told)

    def advance(self, seconds: float) -> None:
        """Move the clock, and do what is due by then."""
        self.control("POST", "clock", advance=seconds)

    def faults(self, **plan: Any) -> None:
        """Turn the fault dial, in place of what it was turned to before."""
        self.control("PUT", "faults", **plan)

    def no_faults(self) -> None:
        self.control("DELETE", "faults")

    def flush(self) -> None:
        """Wait until every event that is due was sent and answered. Raises TimeoutError."""
        if not self.control("POST", "deliveries/flush")["flushed"]:
            raise TimeoutError("Events are still under way after a minute.")

    def events(self, kind: str | None = None) -> list[Json]:
        """Return the events there were, of one kind or all, oldest first."""
        query = {"limit": "100"} | ({"type": kind} if kind else {})
        found: list[Json] = []
        more = True
        while more:
            page = self._ask("GET", f"/v1/events?{urlencode(query)}")
            found += page["data"]
            more = page["has_more"]
            query["starting_after"] = found[-1]["id"] if found else ""
        return found[::-1]

    def requests(self) -> list[Json]:
        """Return the calls of the API there were, oldest first."""
        return list(self.control("GET", "requests")["data"])

    def deliveries(self) -> list[Json]:
        """Return the attempts to send an event there were, oldest first."""
        return list(self.control("GET", "deliveries")["data"])

    def reset(self) -> None:
        """Forget everything: objects, endpoints, faults, and how far the clock was moved."""
        self.control("POST", "reset")

    def control(self, method: str, path: str, **body: Any) -> Json:
        """Call any control route; `path` follows `/_sandbox/`."""
        return self._ask(method, f"/_sandbox/{path}", json.dumps(body))

    def _ask(self, method: str, path: str, body: str = "") -> Json:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_SECONDS)
        headers = {
            "Authorization": f"Bearer {self.api_key}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            told: Json = json.loads(answer.read())
        finally:
            connection.close()
        if "error" in told:
            raise Refused(answer.status, told["error"])
        return told


@contextmanager
def running_sandbox(*options: str) -> Iterator[RunningSandbox]:
    """Run one on a free port of loopback until the block ends; options are the command's.

    Raises RuntimeError when it does not start; why stands on standard error.
    """
    command = [sys.executable, "-m", "stripe_sandbox", "--port", "0", *options]
    with subprocess.Popen(  # noqa: S603 - this Python
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            found = _ADDRESS.search(process.stdout.readline() if process.stdout else "")
            if found is None:
                raise RuntimeError("The sandbox did not start.")
            yield RunningSandbox(found[0])
        finally:
            process.terminate()
