"""HTTP that cannot be turned against our own network.

Every address a name resolves to is checked at the moment of the connection, and the connection
goes to the checked address: a name that changes its mind in between gains nothing.
"""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from AntiSSRF import (  # type: ignore[import-untyped]
    AntiSSRFError,
    AntiSSRFPolicy,
    PolicyConfigOptions,
)
from AntiSSRF._antissrf_agent import _AntiSSRFAdapter  # type: ignore[import-untyped]
from requests.adapters import HTTPAdapter

from checkout_service.deadline import keep_time

POOL_SIZE = 8
BlockedAddress = AntiSSRFError

# Forms that carry an IPv4 address inside an IPv6 one, beyond those the policy knows.
_MORE_DENIED = ("::/96", "::ffff:0:0:0/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class _GuardedAdapter(_AntiSSRFAdapter):  # type: ignore[misc]  # it says nothing of its types
    """The library's adapter, with the Host header it should have sent."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        # The library drops a port that is not the scheme's own, and an IPv6 address's brackets.
        name = request.headers["Host"]
        request.headers["Host"] = _host_header(name, host["scheme"], host["port"])
        return host, pool


def safe_session(*, allow_private: bool, pool_size: int = POOL_SIZE) -> requests.Session:
    """Return a session that trusts no environment, keeps no cookies, and keeps time.

    Unless `allow_private`, it connects to public addresses only, and raises BlockedAddress or
    OSError besides what requests raises.
    """
    session = requests.Session()
    session.trust_env = False  # a proxy variable would resolve names behind the guard's back
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = (
        HTTPAdapter(pool_maxsize=pool_size)
        if allow_private
        else guarded_adapter(pool_size=pool_size)
    )
    keep_time(adapter.poolmanager)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def guarded_adapter(*, but_allow: tuple[str, ...] = (), pool_size: int = POOL_SIZE) -> HTTPAdapter:
    """Build the adapter that checks addresses; networks in `but_allow` pass unchecked."""
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_denied_addresses(list(_MORE_DENIED))
    policy.allow_plain_text_http = True  # whether https is required is the receiver's rule
    policy.add_xff_header = False  # it would tell the receiver's proxies a client named "true"
    if but_allow:
        policy.add_allowed_addresses(list(but_allow))
    adapter: HTTPAdapter = _GuardedAdapter(policy, pool_maxsize=pool_size)
    return adapter


def _host_header(host: str, scheme: str, port: int | None) -> str:
    """Write host and port as RFC 9110, 7.2 wants them."""
    written = f"[{host}]" if ":" in host else host
    return written if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{written}:{port}"
