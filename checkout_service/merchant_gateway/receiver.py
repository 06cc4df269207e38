"""Send one message to the merchant's backend as Standard Webhooks 1.0.

The answer's status is all that counts: its body is read only to free the connection, never kept
and never logged, and redirects are not followed.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import requests
import urllib3
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
_AGENT = "checkout-service (Standard Webhooks 1.0)"
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
        self.name = hashlib.sha256(bare(url).encode()).hexdigest()[:16]
        self.place = place(url)

    def send(self, message_id: str, body: str) -> Outcome:
        """POST the message, signed by every secret; say what became of it."""
        try:
            with within(self._exchange_seconds):
                return self._exchange(message_id, body)
        except BlockedAddress:
            return Failed("AddressNotAllowed")
        except _NO_ANSWER as error:
            return Failed(type(error).__name__)  # its text may hold the address

    def _exchange(self, message_id: str, body: str) -> Outcome:
        with self._session.post(
            self._url,
            data=body.encode(),
            headers=self._headers(message_id, body),
            timeout=(CONNECT_SECONDS, self._read_seconds),
            allow_redirects=False,
            stream=True,
        ) as answer:
            outcome = _read(answer)
            _drain(answer.raw)
            return outcome

    def _headers(self, message_id: str, body: str) -> dict[str, str]:
        # Real time, whatever the service's own clock says in a drill: receivers compare it.
        now = datetime.now(UTC)
        signatures = (signer.sign(message_id, now, body) for signer in self._signers)
        return {
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def build_receivers(
    signed: Iterable[Signed], *, allow_private: bool, live: bool, at_once: int = 1
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
        built.append(MerchantReceiver(url, secrets, session))
    return tuple(built)


def _read(answer: requests.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:  # noqa: PLR2004
        return Delivered()
    if status == requests.codes.gone:
        return Gone()
    asked = read_retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC))
    return Failed(f"HTTP {status}", asked)


def _drain(raw: urllib3.BaseHTTPResponse) -> None:
    """Read a short answer to its end, so that its connection can be used again."""
    size = 0
    try:
        while chunk := raw.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > MAX_ANSWER:
                raw.close()
                return
    except (urllib3.exceptions.HTTPError, OSError):
        raw.close()  # the status has been heard
