"""One HTTP exchange with Stripe, bounded in time and size; redirects are never followed.

The environment is not trusted: a proxy variable or a `.netrc` must not redirect payments or
replace our key.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import stripe
import urllib3
from urllib3 import exceptions

from checkout_service import deadline
from checkout_service.deadline import keep_time, within
from checkout_service.domain.clock import Clock, SystemClock

POOL_SIZE = 64
MAX_BODY = 16 * 1024 * 1024  # a full page of a hundred long events stays well below
_CHUNK = 64 * 1024
_TOO_LATE = 0.25  # seconds; with less left a try cannot succeed
_TRY_AGAIN = (exceptions.TimeoutError, exceptions.NewConnectionError, exceptions.ProtocolError)
_PACKED = urllib3.make_headers(accept_encoding=True)


class BoundedTransport(stripe.HTTPClient):
    """The SDK's HTTP client: one shared pool of connections for all threads of a process.

    It is `urllib3` without `requests` around it, which costs a call as much again.
    """

    name = "urllib3"

    def __init__(
        self, *, connect_timeout: float, read_timeout: float, clock: Clock | None = None
    ) -> None:
        super().__init__()
        self.clock = clock or SystemClock()
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._local = threading.local()
        self._pools = keep_time(
            urllib3.PoolManager(
                maxsize=POOL_SIZE, cert_reqs="CERT_REQUIRED", ca_certs=stripe.ca_bundle_path
            )
        )

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Bound all tries of one call together, in this thread."""
        outer = getattr(self._local, "until", None)
        self._local.until = self.clock.monotonic() + seconds
        try:
            yield
        finally:
            self._local.until = outer

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send one request; raise stripe.APIConnectionError when no whole answer came."""
        left = self._left()
        if left < _TOO_LATE:
            raise _broken("NoTimeLeft", should_retry=False)
        try:
            return self.exchange(method, url, headers, post_data, left)
        except exceptions.SSLError as error:
            raise _broken(type(error).__name__, should_retry=False) from None
        except _TRY_AGAIN as error:
            raise _broken(type(error).__name__, should_retry=True) from None
        except exceptions.HTTPError as error:
            raise _broken(type(error).__name__, should_retry=False) from None

    def close(self) -> None:
        self._pools.clear()

    def _left(self) -> float:
        until: float | None = getattr(self._local, "until", None)
        own = self._read_timeout if until is None else until - self.clock.monotonic()
        return min(own, deadline.left())

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Any, left: float
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send one request within `left` seconds; raise what urllib3 raises."""
        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}".removesuffix("?")
        pool = self._pools.connection_from_host(parts.hostname, parts.port, parts.scheme)
        timeout = urllib3.Timeout(
            connect=min(self._connect_timeout, left), read=min(self._read_timeout, left)
        )
        with within(left):
            response = pool.urlopen(
                method.upper(),
                target,
                body=data,
                headers={**_PACKED, **(headers or {})},
                timeout=timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            body = _read(response)
        return body.decode("utf-8", "replace"), response.status, response.headers


class MakeTransport(Protocol):
    """What makes the transport of a process; timeouts are in seconds."""

    def __call__(self, *, connect_timeout: float, read_timeout: float) -> BoundedTransport: ...


def _read(raw: urllib3.BaseHTTPResponse) -> bytes:
    """Read the whole body, giving up on one that is too long."""
    body = bytearray()
    while chunk := raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > MAX_BODY:
            raw.close()
            raise _broken("TooLong", should_retry=False)
    raw.release_conn()
    return bytes(body)


def _broken(kind: str, *, should_retry: bool) -> stripe.APIConnectionError:
    """Name the kind of failure only: an exception's text may hold an address with ids in it."""
    return stripe.APIConnectionError(kind, should_retry=should_retry)  # type: ignore[no-untyped-call]
