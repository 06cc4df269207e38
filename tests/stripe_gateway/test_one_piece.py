"""A request to Stripe goes out in one piece, its head with its body."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from urllib3 import PoolManager

from checkout_service.deadline import keep_time


@pytest.fixture(params=["http", "https"])
def connection(request: pytest.FixtureRequest) -> Iterator[tuple[Any, socket.socket]]:
    pool: Any = keep_time(PoolManager()).pool_classes_by_scheme[request.param]
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # piece by piece
    with ours, theirs:
        made = pool.ConnectionCls("stripe.test")
        made.sock = ours
        yield made, theirs


@pytest.mark.parametrize("body", [None, "amount=2500", b"amount=2500"])
def test_a_request_is_sent_at_once(
    connection: tuple[Any, socket.socket], body: str | bytes | None
) -> None:
    ours, theirs = connection
    ours.request("POST", "/v1/refunds", body=body)

    head, _, rest = theirs.recv(65_536).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/refunds HTTP/1.1\r\n")
    assert rest == (b"amount=2500" if body else b"")


def test_of_what_cannot_be_written_whole_nothing_is_sent(
    connection: tuple[Any, socket.socket],
) -> None:
    ours, theirs = connection
    with pytest.raises(ValueError, match="header"):
        ours.request("POST", "/v1/refunds", body="a", headers={"X": "a\r\nb"})

    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        theirs.recv(65_536)
