"""Send one message to the merchant's backend as Standard Webhooks 1.0.

The answer's status is all that counts: its body is read only to free the connection, never kept
and never logged, and redirects are not followed.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import requests
import urllib3
from requests.structures import CaseInsensitiveDict
from standardwebhooks import Webhook

from checkout_service.deadline import within
from checkout_service.domain.ports.notify import Delivered, Failed, Gone, Outcome, read_retry_after
from checkout_service.settings import Signed, bare, place

from .session import BlockedAddress, safe_session

log = logging.getLogger(__name__)

EXCHANGE_SECONDS = 13.0  # from the connection to the last byte, whatever trickles
CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
MAX_ANSWER = 16 * 1024
_CHUNK = 4 * 1024
_ALWAYS = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "Content-Type": "application/json",
    "User-Agent": "checkout-service (Standard Webhooks 1.0)",
}
# What a failure is called; the first that fits. A refused connection is a kind of late one there.
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (urllib3.exceptions.ReadTimeoutError, "ReadTimeout"),
    (urllib3.exceptions.SSLError, "SSLError"),
    (urllib3.exceptions.NewConnectionError, "ConnectionError"),
    (urllib3.exceptions.ConnectTimeoutError, "ConnectTimeout"),
    (urllib3.exceptions.ProtocolError, "ConnectionError"),
)
_NO_ANSWER = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError)


class MerchantReceiver:
    """One address, and the secrets that sign for it. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        secrets: Sequence[str],
        session: requests.Session,
        *,
        read_seconds: float = READ_SECONDS,
        exchange_seconds: float = EXCHANGE_SECONDS,
    ) -> None:
        self._url = url
        self._signers = tuple(Webhook(secret) for secret in secrets)
        self._session = session
        self._read_seconds = read_seconds
        self._exchange_seconds = exchange_seconds
        # A new address is a new receiver; one with a new password or query is the old one.
        self.address = bare(url)
        self.name = hashlib.sha256(self.address.encode()).hexdigest()[:16]
        self.place = place(url)

    def send(self, message_id: str, body: str) -> Outcome:
        """POST the message, signed by every secret; say what became of it."""
        try:
            with within(self._exchange_seconds):
                return self._exchange(message_id, body)
        except BlockedAddress:
            return Failed("AddressNotAllowed")
        except _NO_ANSWER as error:
            return Failed(_kind_of(error))  # its text may hold the address

    @cached_property
    def _prepared(self) -> requests.PreparedRequest:
        """Read the address once: a host that is no host raises whenever it is asked for."""
        prepared = requests.Request("POST", self._url, headers=_ALWAYS).prepare()
        prepared.headers.pop("Content-Length")  # of a request without a body
        return prepared

    def _exchange(self, message_id: str, body: str) -> Outcome:
        """Exchange past the session, which would prepare and merge the same again each time."""
        url = self._prepared.url or ""
        adapter: Any = self._session.get_adapter(url)  # its types know less than it does
        checked = requests.PreparedRequest()  # of its own: a guarded adapter writes in its headers
        checked.url, checked.headers = url, CaseInsensitiveDict()
        pool = adapter.get_connection_with_tls_context(checked, verify=True)
        adapter.cert_verify(pool, url, verify=True, cert=None)
        headers = {**self._prepared.headers, **checked.headers, **self._signed(message_id, body)}
        answer = self.post(pool, headers, body.encode())
        outcome = _read(answer)
        _drain(answer)
        return outcome

    def post(
        self, pool: urllib3.HTTPConnectionPool, headers: dict[str, str], body: bytes
    ) -> urllib3.BaseHTTPResponse:
        """Send one request to the address that was checked; raise what urllib3 raises."""
        return pool.urlopen(
            "POST",
            self._prepared.path_url,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self._read_seconds),
            preload_content=False,
            decode_content=False,
        )

    def _signed(self, message_id: str, body: str) -> dict[str, str]:
        # Real time, whatever the service's own clock says in a drill: receivers compare it.
        now = datetime.now(UTC)
        signatures = (signer.sign(message_id, now, body) for signer in self._signers)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def build_receivers(
    signed: Iterable[Signed],
    *,
    allow_private: bool,
    live: bool,
    at_once: int = 1,
    kind: type[MerchantReceiver] = MerchantReceiver,
) -> tuple[MerchantReceiver, ...]:
    """Build a receiver for each address of NOTIFY_URL, each for so many threads at once.

    Raises ValueError when the messages could not be signed, or would carry live payments over
    plain http.
    """
    built = []
    for url, secrets in signed:
        if not secrets:
            raise ValueError("NOTIFY_SECRET: required with NOTIFY_URL")
        if live and not url.lower().startswith("https://"):
            raise ValueError("NOTIFY_URL: must be https with a live key")
        session = safe_session(allow_private=allow_private, pool_size=at_once)
        built.append(kind(url, secrets, session))
    return tuple(built)


def _kind_of(error: Exception) -> str:
    return next((name for kind, name in _KINDS if isinstance(error, kind)), type(error).__name__)


def _read(answer: urllib3.BaseHTTPResponse) -> Outcome:
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004
        return Delivered()
    if status == requests.codes.gone:
        return Gone()
    asked = read_retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC))
    return Failed(f"HTTP {status}", asked)


def _drain(answer: urllib3.BaseHTTPResponse) -> None:
    """Read a short answer to its end, so that its connection can be used again."""
    size = 0
    try:
        while chunk := answer.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > MAX_ANSWER:
                answer.close()
                return
        answer.release_conn()
    except (urllib3.exceptions.HTTPError, OSError):
        answer.close()  # the status has been heard
