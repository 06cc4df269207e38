"""The network as doctor sees it: do we answer at our own address, where does a host's name lead.

Nothing is sent to the merchant's backend.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import requests
import urllib3

from checkout_service.deadline import within

from .receiver import EXCHANGE_SECONDS
from .session import BlockedAddress, guarded_adapter, safe_session

_SECONDS = (3.05, 5.0)
_LONGEST = 4 * 1024
_NO_ANSWER = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError)


class NetworkProbe:
    """Looks from here; what a buyer's network sees may differ."""

    def __init__(self, *, exchange_seconds: float = EXCHANGE_SECONDS) -> None:
        self._exchange_seconds = exchange_seconds

    def asks_after_us(self, base_url: str) -> str | None:
        """Ask for /healthz at our public address; say what is wrong, or None when we answered."""
        try:
            with (
                within(self._exchange_seconds),
                safe_session(allow_private=True) as session,
                session.get(
                    f"{base_url}/healthz", timeout=_SECONDS, allow_redirects=False, stream=True
                ) as answer,
            ):
                body = answer.raw.read(_LONGEST, decode_content=True)
        except _NO_ANSWER as error:
            return f"does not answer ({_reason(error)})"
        if answer.is_redirect:
            return f"sends buyers on to {answer.headers['Location'][:200]}"
        if answer.status_code != requests.codes.ok:
            return f"answers /healthz with HTTP {answer.status_code}"
        return None if b'"alive"' in body else "answers, but it is not this service that answers"

    def leads_nowhere(self, url: str, *, allow_private: bool) -> str | None:
        """Look a URL's host up; say what is wrong with where it leads, or None."""
        host = urlsplit(url).hostname
        try:
            if allow_private:
                socket.getaddrinfo(host, None)
            else:
                request = requests.Request("POST", url).prepare()
                guarded_adapter().build_connection_pool_key_attributes(request, verify=True)
        except BlockedAddress:
            return "leads to a private address"
        except (OSError, UnicodeError):
            return f"has a host that no name server knows ({host})"
        return None


def _reason(error: BaseException) -> str:
    """Name the innermost failure: the outer ones say the address again."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not accepted"
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time"
    if "NameResolutionError" in repr(error):
        return "no name server knows the host"
    return "connection refused" if "refused" in str(error) else type(error).__name__
