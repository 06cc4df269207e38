"""Stripe's wire without a socket: the sandbox's WSGI application beneath the real SDK."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import TimeoutError as TooLate

from checkout_service.stripe_gateway import BoundedTransport
from stripe_sandbox.wire import PATIENCE

from .clock import VirtualClock
from .steps import Call, Hooks, Step

App = Callable[[dict[str, Any], Any], Iterable[bytes]]
Answer = tuple[int, Mapping[str, str], bytes]

_SDK_RETRY_SECONDS = 0.5


def ask(
    app: App,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    patience: float = 60,
) -> Answer:
    """Have a WSGI application answer a request. Raises ConnectionResetError when it cuts it."""
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
    } | {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_TYPE": HTTPHeaderDict(headers).get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        PATIENCE: patience,
    }
    head: list[Any] = []
    said = app(environ, lambda status, fields, _error=None: head.extend((status, fields)))
    content = b"".join(said)
    getattr(said, "close", lambda: None)()
    return int(head[0].split()[0]), HTTPHeaderDict(head[1]), content


class Wire:
    """All that goes between the service's replicas and Stripe, noted and told of."""

    def __init__(self, app: App, clock: VirtualClock, hooks: Hooks, tick: Callable[[], None]):
        self.calls: list[Call] = []
        self.clock = clock
        self._app = app
        self._hooks = hooks
        self._tick = tick
        self._keys: dict[str, str] = {}

    def carry(
        self,
        replica: int,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: bytes,
        patience: float,
    ) -> Answer:
        """Carry one request and its answer. Raises what urllib3 raises when there is none."""
        parts = urlsplit(url)
        key = headers.get("Idempotency-Key")
        params = dict(parse_qsl(parts.query or body.decode(), keep_blank_values=True))
        call = Call(replica, self.clock.at, method, parts.path, params, key)
        self.calls.append(call)
        try:
            self._hooks.tell(Step(replica, "before", call))
            self._tick()
            began = self.clock.monotonic()
            answer = ask(self._app, method, url, headers, body, patience=patience)
            if self.clock.monotonic() - began > patience:
                raise TooLate
            call.status, call.answer = answer[0], json.loads(answer[2])
            self._hooks.tell(Step(replica, "after", call))
        except ConnectionResetError as error:
            raise ProtocolError from error
        date = formatdate(self.clock.time(), usegmt=True)
        return answer[0], HTTPHeaderDict({**answer[1], "Date": date}), answer[2]

    def known_key(self, key: str) -> str:
        """Replace a key that the SDK drew by one that is drawn alike in every telling."""
        if key.count("-") != 4:
            return key
        return self._keys.setdefault(key, f"sdk-{len(self._keys) + 1}")


class WsgiTransport(BoundedTransport):
    """The product's own transport, with a function call where the socket was."""

    def __init__(
        self, wire: Wire, replica: int, *, connect_timeout: float, read_timeout: float
    ) -> None:
        super().__init__(
            connect_timeout=connect_timeout, read_timeout=read_timeout, clock=wire.clock
        )
        self._wire = wire
        self._replica = replica

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Any, left: float
    ) -> tuple[str, int, Mapping[str, str]]:
        sent = dict(headers or {})
        if "Idempotency-Key" in sent:
            sent["Idempotency-Key"] = self._wire.known_key(sent["Idempotency-Key"])
        body = data.encode() if isinstance(data, str) else data or b""
        status, fields, content = self._wire.carry(
            self._replica,
            method.upper(),
            url,
            sent,
            body=body,
            patience=min(left, self._read_timeout),
        )
        return content.decode(), status, fields

    def _sleep_time_seconds(self, num_retries: int) -> float:
        """Wait by the stage's clock: the SDK would sleep for real, and for a time it draws."""
        self.clock.sleep(_SDK_RETRY_SECONDS * num_retries)
        return 0.0
