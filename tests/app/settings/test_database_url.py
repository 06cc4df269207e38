"""A DATABASE_URL that PostgreSQL's library would stumble over is refused before it does."""

from __future__ import annotations

import pytest

from tests.app.settings.loading import load, refusal

PLACE = "postgresql://u:canary@db.example"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"{PLACE}:abc/shop", "has a port that is no number from 1 to 65535"),
        (f"{PLACE}:99999/shop", "has a port that is no number from 1 to 65535"),
        (f"{PLACE}:0/shop", "has a port that is no number from 1 to 65535"),
        (f"{PLACE},other.example:abc/shop", "must name each of several hosts as HOST or HOST:PORT"),
        (f"{PLACE},other.example:70000/shop", "has a port that is no number from 1 to 65535"),
        (f"{PLACE}/shop?port=x", "has a port that is no number from 1 to 65535"),
        (f"{PLACE}/shop?connect_timeout=abc", "connect_timeout must be a whole number"),
        (f"{PLACE}/shop?connect_timeout=", "connect_timeout must be a whole number"),
        (f"{PLACE}/shop?sslmode=maybe", "sslmode must be one of disable, allow, prefer, require, "),
        (f"{PLACE}/shop?target_session_attrs=best", "target_session_attrs must be one of any, "),
    ],
)
def test_what_no_connection_can_be_made_with_is_named(url: str, why: str) -> None:
    message = refusal(database_url=url)

    assert f"  DATABASE_URL: {why}" in message
    assert "canary" not in message


@pytest.mark.parametrize(
    "rest",
    [
        ":5432/shop?sslmode=verify-full&connect_timeout=5",
        ",[::1]:5433/shop?target_session_attrs=primary",
        "/shop?host=/var/run/postgresql&port=5433",
    ],
)
def test_what_a_connection_can_be_made_with_is_kept(rest: str) -> None:
    assert "db.example" in load(database_url=PLACE + rest).database_url


def test_a_password_may_hold_signs_that_an_address_may_not() -> None:
    for password in ("a/b#c:d", "\u2100", "[x"):
        url = f"postgresql://u:{password}@db.example:5432/shop"

        assert load(database_url=url).database_url.endswith(url.removeprefix("postgresql"))
