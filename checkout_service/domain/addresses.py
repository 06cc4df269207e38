"""Web addresses as browsers read them: exact origins, after a whole parse."""

from __future__ import annotations

import ipaddress
import re

MAX_URL = 2_000
# No userinfo, no backslash, no blank, nothing beyond ASCII, and a host that only a slash may end:
# whatever browsers and parsers read apart.
PATH = r"(?:/[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%{}|-]*)?"
DEFAULT_PORT = {"http": "80", "https": "443"}
_URL = re.compile(
    r"(https?)://((?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?"
    + PATH,
    re.ASCII,
)
_HERE = ("localhost", "local", "internal", "lan", "home.arpa")
_LOOPBACK = re.compile(r"http://(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?", re.ASCII)


def origin_of(url: str) -> str | None:
    """Return the origin of a web address, or None when it is not a plain one."""
    match = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if match is None:
        return None
    scheme, host, port = match[1], match[2].lower(), match[3]
    shown = "" if port in (None, DEFAULT_PORT[scheme]) else f":{port}"
    return f"{scheme}://{host}{shown}"


def is_safe(url: str) -> bool:
    """True for an https address, or one of this machine: browsers load nothing else into ours."""
    origin = origin_of(url)
    return origin is not None and (
        origin.startswith("https://") or _LOOPBACK.fullmatch(origin) is not None
    )


def is_public(url: str) -> bool:
    """True for an https address that says nothing of being reachable from here alone.

    Where a name leads is not looked up.
    """
    origin = origin_of(url)
    if origin is None or not origin.startswith("https://"):
        return False
    host = origin.removeprefix("https://")
    host = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not f".{host}".endswith(tuple(f".{name}" for name in _HERE))
