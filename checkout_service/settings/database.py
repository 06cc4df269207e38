"""DATABASE_URL: the driver named, its own query kept, other tools' words refused with a sentence.

No message repeats a value, nor a word that we do not know: either may be part of a password.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from .places import HOME

_POOLER = "take it out of the URL: a pooler is noticed by itself"
_OWN_POOL = "take it out of the URL: a process opens 6 connections at most"
_TIMES = "take it out of the URL: waits are bounded already; connect_timeout is PostgreSQL's word"
_NETLOC = re.compile(r"(?<=://)[^/?#]*")
_HOST_PORT = re.compile(r"(\[[^\[\]]+\]|[^\[\]:]+)(?::(\d+))?")
_PORT = "has a port that is no number from 1 to 65535"
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "gssencmode": ("disable", "prefer", "require"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": (
        "any", "read-write", "read-only", "primary", "standby", "prefer-standby",
    ),
}  # fmt: skip
_NUMBERS = (
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout",
)  # fmt: skip
_FOREIGN = {
    "pgbouncer": _POOLER,
    "prepared_statements": _POOLER,
    "prepareThreshold": _POOLER,
    "statement_cache_size": _POOLER,
    "connection_limit": _OWN_POOL,
    "pool_size": _OWN_POOL,
    "pool_timeout": _TIMES,
    "socket_timeout": _TIMES,
    "max_idle_connection_lifetime": _TIMES,
    "schema": "name a schema as PostgreSQL does: options=-csearch_path%3DNAME",
    "currentSchema": "name a schema as PostgreSQL does: options=-csearch_path%3DNAME",
    "endpoint": "write Neon's endpoint as options=endpoint%3DNAME",
    "sslaccept": "say sslmode=verify-full or sslmode=require instead",
    "ssl": "say sslmode=verify-full or sslmode=require instead",
    "sslcert_password": "the word is sslpassword",
    "sslidentity": "the words are sslcert and sslkey",
}


def database_url(value: str) -> str:
    """Name the driver; make a relative SQLite path absolute, from the repository root."""
    for prefix in ("postgresql+psycopg://", "postgres://", "postgresql://"):
        if value.startswith(prefix):
            url = _several_hosts("postgresql+psycopg://" + value.removeprefix(prefix))
            _check_port(url)
            _check_words(url)
            return url
    path = value.removeprefix("sqlite:///")
    if path == value or path.split("?")[0] in ("", ":memory:"):
        raise ValueError("must be sqlite:///FILE, postgres://... or postgresql://...")
    return f"sqlite:///{HOME / path}"


def _several_hosts(url: str) -> str:
    """Write `h1:5432,h2:5432` as the driver takes it; of several, the one that can be written."""
    netloc = found[0] if (found := _NETLOC.search(url)) else ""
    user, _, places = netloc.rpartition("@")
    if "," not in places:
        return url
    pairs = [_HOST_PORT.fullmatch(place) for place in places.split(",")]
    if not all(pairs):
        raise ValueError("must name each of several hosts as HOST or HOST:PORT")
    named = [(pair[1].strip("[]"), pair[2] or "") for pair in pairs if pair]
    hosts, ports = zip(*named, strict=True)
    parts = _without_place(url)
    query = f"host={','.join(hosts)}&port={','.join(ports)}"
    if "target_session_attrs=" not in parts.query:
        query += "&target_session_attrs=read-write"
    query += f"&{parts.query}" if parts.query else ""
    return urlunsplit(parts._replace(netloc=f"{user}@", query=query))


def _without_place(url: str) -> SplitResult:
    """Split a URL without reading its place: Python's own message would repeat the password."""
    return urlsplit(_NETLOC.sub("", url, count=1))


def _check_port(url: str) -> None:
    try:
        port = make_url(url).port
    except ArgumentError:
        raise ValueError("must be postgresql://USER:PASSWORD@HOST:PORT/NAME") from None
    except ValueError:
        raise ValueError(_PORT) from None  # its own words repeat the value
    if port is not None and not _is_port(str(port)):
        raise ValueError(_PORT)


def _is_port(text: str) -> bool:
    return text == "" or (text.isdecimal() and 0 < int(text) < 65536)  # noqa: PLR2004 - the last


def _check_words(url: str) -> None:
    """Refuse what PostgreSQL's own library would refuse at the first connection, by name."""
    said = parse_qsl(_without_place(url).query, keep_blank_values=True)
    for word, _ in said:
        if word in _FOREIGN:
            raise ValueError(f"{word} is no word of PostgreSQL's; {_FOREIGN[word]}")
    if not {word for word, _ in said} <= _known_words():
        raise ValueError("carries a word after the ? that PostgreSQL's library does not know")
    for word, value in said:
        if word == "port" and not all(map(_is_port, value.split(","))):
            raise ValueError(_PORT)
        if word in _NUMBERS and not re.fullmatch(r"-?\d{1,9}", value, re.ASCII):
            raise ValueError(f"{word} must be a whole number")
        if word in _CHOICES and value not in _CHOICES[word]:
            raise ValueError(f"{word} must be one of {', '.join(_CHOICES[word])}")


def _known_words() -> set[str]:
    from psycopg import pq  # noqa: PLC0415 - SQLite's shops need no library of PostgreSQL's

    return {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
