"""What a single setting must look like. Every check raises ValueError with the way to mend it.

No message repeats the value: it may be a secret, and start-up messages end in logs.
"""

from __future__ import annotations

import base64
import binascii
import re
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from limits import parse_many

from .places import HOME

_SECRET_KEY = re.compile(r"(?:sk|rk|sk_org)_(?:test|live)_[A-Za-z0-9_]+", re.ASCII)
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,250}", re.ASCII)
_PUBLISHABLE = re.compile(r"pk_(?:test|live)_[A-Za-z0-9_]+", re.ASCII)
_WHSEC = re.compile(r"whsec_[A-Za-z0-9_+/=-]+", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CALLABLE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1", re.ASCII)
_NOTIFY_BYTES = range(24, 65)


# Of notifications; the tests hold this list to the domain's own.
KINDS = (
    "order.paid", "order.processing", "order.authorized", "order.failed", "order.expired",
    "order.canceled", "order.refund_pending", "order.refunded", "order.refund_failed",
    "order.dispute_needs_response", "order.disputed", "order.dispute_closed",
    "order.early_fraud_warning", "order.held", "order.shipped", "subscription.renewed",
    "subscription.past_due", "subscription.ended", "subscription.refunded",
    "subscription.refund_failed", "subscription.disputed", "subscription.dispute_closed",
)  # fmt: skip


def split_list(value: object) -> object:
    """Split a comma-separated setting; empty parts are nobody's."""
    if isinstance(value, str):
        return tuple(part for part in (item.strip() for item in value.split(",")) if part)
    return value


def secret_key(value: str) -> str:
    if not _SECRET_KEY.fullmatch(value):
        raise ValueError(
            "must be a restricted or secret key: rk_test_, rk_live_, sk_test_, sk_live_, "
            "sk_org_test_, sk_org_live_"
        )
    return value


def account_id(value: str) -> str:
    if not _ACCOUNT.fullmatch(value):
        raise ValueError("must be one account's id: acct_...")
    return value


def publishable_key(value: str) -> str:
    if not _PUBLISHABLE.fullmatch(value):
        raise ValueError("must be a publishable key (pk_test_ or pk_live_): browsers get to see it")
    return value


def webhook_secret(value: str) -> str:
    if not _WHSEC.fullmatch(value):
        raise ValueError("must be one or several signing secrets, whsec_..., comma-separated")
    return value


def notify_secret(value: str) -> str:
    """Check a Standard Webhooks secret: whsec_ and the base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not value.startswith("whsec_") or len(key) not in _NOTIFY_BYTES:
        raise ValueError("must be whsec_ and the base64 of 24 to 64 random bytes, comma-separated")
    return value


def notify_event(value: str) -> str:
    if value not in KINDS:
        near = get_close_matches(value, KINDS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"must be kinds of notifications such as order.paid{hint}")
    return value


def printable(value: str) -> str:
    if not _PRINTABLE.fullmatch(value):
        raise ValueError("must be printable ASCII without spaces")
    return value


def origin(value: str) -> str:
    """Bring an origin to the one form browsers send: scheme://host[:port], lower case."""
    parts = urlsplit(value) if _PRINTABLE.fullmatch(value) else urlsplit("")
    host, port = _host_and_port(parts.netloc.lower())
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or port == 0:
        raise ValueError("must be an origin such as https://shop.example")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be an origin alone, without a path")
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def base_url(value: str) -> str:
    """Check an origin that may carry a path, as https://shop.example/pay; no slash ends it."""
    parts = urlsplit(value) if _PRINTABLE.fullmatch(value) else urlsplit("")
    path = parts.path.rstrip("/")
    plain = _PATH.fullmatch(path) and not parts.query and not parts.fragment
    try:
        return origin(f"{parts.scheme}://{parts.netloc}" if plain else "") + path
    except ValueError:
        raise ValueError(
            "must be an address such as https://shop.example or https://shop.example/pay"
        ) from None


def email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("must be an address such as help@shop.example")
    return value


def _host_and_port(netloc: str) -> tuple[str, int | None]:
    """Split host and port; port 0 stands for one that is none."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::(\d{1,5}))?", netloc, re.ASCII)
    if match is None:
        return "", 0
    port = None if match[2] is None else int(match[2])
    return match[1], 0 if port is not None and port not in range(1, 65536) else port


def web_address(value: str) -> str:
    """Check an http(s) URL of any path."""
    parts = urlsplit(value) if _PRINTABLE.fullmatch(value) else urlsplit("")
    host, port = _host_and_port(parts.netloc.rpartition("@")[2].lower())
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or port == 0:
        raise ValueError("must be an http:// or https:// address")
    return value


def is_loopback(url: str | None) -> bool:
    return _LOOPBACK.fullmatch(urlsplit(url or "").hostname or "") is not None


def redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://")):
        raise ValueError("must start with redis:// or rediss://")
    return value


def file_path(value: Path) -> Path:
    return HOME / value


def callable_name(value: str) -> str:
    if not _CALLABLE.fullmatch(value):
        raise ValueError("must name a callable, such as my_shop.challenge:ask")
    return value


def rate(value: str) -> str:
    try:
        limits = parse_many(value)
    except ValueError:
        limits = []
    if not limits or any(limit.amount < 1 for limit in limits):
        raise ValueError('must be a rate such as "30 per minute"')
    return value
