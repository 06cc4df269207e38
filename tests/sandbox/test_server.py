"""The sandbox's own web server: one connection, many requests, and bodies in every shape."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.sandbox.conftest import World

HEAD = b"POST /v1/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk_test_1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
TOO_MUCH = 2 * 1024 * 1024 + 1


def said(world: World, *asked: bytes) -> bytes:
    """Send this on one connection; return all that comes until it is closed."""
    parts = urlsplit(world.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        for one in asked:
            connection.sendall(one)
        answers = b""
        while more := connection.recv(65_536):
            answers += more
    return answers


def statuses(answers: bytes) -> list[int]:
    return [int(one[:3]) for one in answers.split(b"HTTP/1.1 ")[1:]]


def customers(world: World) -> list[str]:
    return [one["name"] for one in world.raw("GET", "/v1/customers").json()["data"]]


def test_requests_on_one_connection_are_answered_in_turn(world: World) -> None:
    body = FORM + b"Content-Length: 6\r\n\r\nname=a"

    assert statuses(said(world, HEAD + body + HEAD + body + LAST)) == [200, 200, 200]
    assert customers(world) == ["a", "a"]


def test_a_body_in_chunks_is_read_to_its_end(world: World) -> None:
    chunks = FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n1\r\nb\r\n0\r\n\r\n"

    assert statuses(said(world, HEAD + chunks, LAST)) == [200, 200]
    assert customers(world) == ["b"]


@pytest.mark.parametrize(
    "rest",
    [b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"Content-Length: -5\r\n\r\n",
     b"Content-Length: 1e3\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_ends_the_connection(world: World, rest: bytes) -> None:
    assert statuses(said(world, HEAD + FORM + rest)) == [400]
    assert customers(world) == []


def test_a_body_that_is_cut_short_does_nothing(world: World) -> None:
    parts = urlsplit(world.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(HEAD + FORM + b"Content-Length: 60\r\n\r\nname=c")
        connection.shutdown(socket.SHUT_WR)
        assert b"400 Bad Request" in connection.recv(65_536)

    assert customers(world) == []


def test_too_long_a_body_is_refused_and_the_connection_ends(world: World) -> None:
    length = f"Content-Length: {TOO_MUCH}\r\n\r\n".encode()

    assert statuses(said(world, HEAD + FORM + length, b"a" * TOO_MUCH)) == [413]
