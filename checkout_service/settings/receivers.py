"""NOTIFY_URL and NOTIFY_SECRET read together: who gets the messages, and what signs for each.

A receiver is known by its address without user, password and query, which may be secrets and may
change. An address that is named twice is one receiver with two secrets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

_BETWEEN = re.compile(r"[\s,]+", re.ASCII)

Signed = tuple[str, tuple[str, ...]]
"""An address, and the secrets that all sign for it."""


def split(value: object) -> object:
    """Split a setting at commas and white space; of nothing there are none."""
    if isinstance(value, str):
        return tuple(part for part in _BETWEEN.split(value) if part)
    return () if value is None else value


def bare(url: str) -> str:
    """Return an address without what may be secret in it. Raises ValueError if it is none."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def place(url: str) -> str:
    """Name the host and port that an address leads to, for people. Raises ValueError."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def check_addresses(urls: Sequence[str]) -> None:
    """Refuse addresses that nobody could tell apart. Raises ValueError."""
    different = set(urls)
    if len({bare(url) for url in different}) < len(different):
        raise ValueError(
            "names two addresses that differ in user, password or query alone: a receiver is known "
            "by the rest, so give each a path of its own"
        )


def signed(urls: Sequence[str], secrets: Sequence[str]) -> tuple[Signed, ...]:
    """Give each receiver its secrets, in the order of the addresses. Raises ValueError.

    A lone address is signed for by all secrets, and a lone secret signs for all addresses.
    """
    if len(urls) == 1:
        return ((urls[0], tuple(secrets)),)
    if len(secrets) == 1:
        secrets = [*secrets] * len(urls)
    if len(secrets) != len(urls):
        raise ValueError(
            f"must be one for all, or one for each of the {len(urls)} addresses in NOTIFY_URL, in "
            f"their order, and not {len(secrets)}; to rotate, name an address once for each of "
            "its secrets"
        )
    by_address: dict[str, dict[str, None]] = {url: {} for url in urls}
    for url, secret in zip(urls, secrets, strict=True):
        by_address[url][secret] = None
    return tuple((url, tuple(its)) for url, its in by_address.items())
