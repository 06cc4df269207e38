"""Requests over real sockets that end early, dawdle, or say where they end in no known way."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.databases import Databases
from tests.support.patience import at_this_pace
from tests.support.service import Service, environment

NOBODY_THERE = "http://127.0.0.1:9"
THREADS = 4
HEAD = b"POST /api/v1/checkout-sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
MALFORMED = {
    "a size that is no number": b"zz\r\nbody\r\n0\r\n\r\n",
    "a negative size": b"-1\r\nbody\r\n0\r\n\r\n",
    "a blank before the size": b" 4\r\nbody\r\n0\r\n\r\n",
    "a size with 0x": b"0x4\r\nbody\r\n0\r\n\r\n",
    "a chunk longer than its size": b"4\r\nbodies\r\n0\r\n\r\n",
    "a trailer without a colon": b"4\r\nbody\r\n0\r\ntrailer\r\n\r\n",
    "an endless size": b"1" * 100_000 + b"\r\n",
}
Open = Callable[[], socket.socket]


@pytest.fixture(scope="module")
def web(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One web for all, until the last test stops it."""
    with contextmanager(databases.at_head)(database_kind) as database_url:
        env = environment(database_url=database_url, stripe_url=NOBODY_THERE)
        env |= {"WEB_THREADS": str(THREADS), "WEB_CONCURRENCY": "1"}
        service = Service(tmp_path_factory.mktemp("web"), env)
        service.start_web()
        yield service
        service.stop()


@pytest.fixture
def dial(web: Service) -> Iterator[Open]:
    with ExitStack() as opened:

        def connect() -> socket.socket:
            address = ("127.0.0.1", int(web.env["PORT"]))
            return opened.enter_context(socket.create_connection(address, timeout=60))

        yield connect


def answer_on(client: socket.socket) -> bytes:
    """Read until the server closes."""
    got = b""
    while piece := client.recv(65_536):
        got += piece
    return got


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_what_is_refused_anyway_is_refused_before_its_body_comes(web: Service, dial: Open) -> None:
    long = b"Content-Length: 60000\r\n"
    asked = {
        404: b"POST /gone HTTP/1.1\r\nHost: a\r\n" + long,
        405: b"POST /healthz HTTP/1.1\r\nHost: a\r\n" + long,
        413: HEAD + b"Content-Length: 90000\r\n",
        415: HEAD.replace(b"application/json", b"text/plain") + long,
        401: b"POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer wrong\r\n" + long,
    }
    for status, head in asked.items():
        client = dial()
        client.sendall(head + b"\r\n{")

        assert status_of(answer_on(client)) == status


def test_who_asks_first_is_told_to_go_on(web: Service, dial: Open) -> None:
    client = dial()
    client.sendall(HEAD + b"Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")

    assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"{}")
    assert status_of(answer_on(client)) == 422


@pytest.mark.parametrize("path", [b"/api/v1/checkout-sessions", b"/webhooks/stripe", b"/checkout"])
def test_malformed_transfer_coding_is_a_bad_request(web: Service, dial: Open, path: bytes) -> None:
    for what, body in MALFORMED.items():
        client = dial()
        head = HEAD.replace(b"/api/v1/checkout-sessions", path)
        client.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + body)

        assert status_of(answer_on(client)) == 400, what
    for coding in (b"", b"gzip, chunked", b"xchunked", b"chunked, identity"):
        client = dial()
        client.sendall(HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + b"0\r\n\r\n")

        assert status_of(answer_on(client)) == 400, coding
    assert '"level": "error"' not in web.logs
    assert "Traceback" not in web.logs


def test_requests_sent_together_are_answered_one_by_one(web: Service, dial: Open) -> None:
    client = dial()
    ask = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
    client.sendall((ask + b"\r\n") * 3 + ask + b"Connection: close\r\n\r\n")

    assert answer_on(client).count(b"HTTP/1.1 200 OK") == 4


@pytest.mark.parametrize(
    "said",
    [
        b"Connection: close\r\n",
        b"Connection: close, te\r\nTE: trailers\r\n",
        b"Connection: keep-alive,\tClose\r\n",
        b"connection: , CLOSE ,\r\n",
        b"Connection: keep-alive\r\nAccept: */*\r\nConnection: te, close\r\n",
    ],
)
def test_whoever_says_close_among_other_things_is_the_last_on_a_connection(
    web: Service, dial: Open, said: bytes
) -> None:
    client = dial()
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + said + b"\r\n")

    assert b"\r\nConnection: close\r\n" in client.recv(65_536)
    assert answer_on(client) == b""


def test_whoever_says_nothing_of_the_kind_may_go_on(web: Service, dial: Open) -> None:
    client = dial()
    for said in (b"te", b"keep-alive, te", b"closed, x-close", b'"close"'):
        head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: " + said + b"\r\n\r\n"
        client.sendall(head)

        assert b"\r\nConnection: keep-alive\r\n" in client.recv(65_536), said


def test_what_comes_while_a_request_is_answered_is_the_next_one(web: Service, dial: Open) -> None:
    ask = b"GET /api/v1/config HTTP/1.1\r\nHost: a\r\n"
    clients = [dial() for _ in range(2 * THREADS)]
    for turn in range(100):  # as many chances to come just when a thread lets go
        for client in clients:
            client.sendall(ask + b"\r\n")
            time.sleep(turn * 1e-5)
    for client in clients:
        client.sendall(ask + b"Connection: close\r\n\r\n")

    assert [answer_on(client).count(b"HTTP/1.1 200 OK") for client in clients] == [101] * len(
        clients
    )


def test_who_leaves_in_the_midst_of_an_answer_is_forgotten(web: Service, dial: Open) -> None:
    for _ in range(4 * THREADS):
        client = dial()
        for _ in range(3):  # the first is answered before the poller knows of the connection
            client.sendall(b"GET /api/v1/config HTTP/1.1\r\nHost: a\r\n\r\n")
        client.close()

    last = dial()
    last.sendall(b"GET /api/v1/config HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert status_of(answer_on(last)) == 200
    assert "Traceback" not in web.logs


def test_a_stop_does_not_wait_for_those_who_dawdle(web: Service, dial: Open) -> None:
    dial().sendall(b"GET / HTTP/1.1\r\n")
    dial()
    time.sleep(0.5)

    assert web.web is not None
    assert web.web.stop(seconds=at_this_pace(10)) == 0
