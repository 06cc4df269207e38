"""What is written to a client: in few pieces, and waited for by nobody."""

from __future__ import annotations

import socket

import pytest

from checkout_service.server.outgoing import Outgoing


def test_a_head_goes_together_with_its_body() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        out = Outgoing(ours)
        theirs.setblocking(False)
        out.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
        out.sendall(b"{}")
        out.flush()

        assert theirs.recv(1_000) == b"HTTP/1.1 200 OK\r\n\r\n{}"
        assert not out.kept


def test_what_is_long_is_on_its_way_before_the_last_of_it_is_written() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        out = Outgoing(ours)
        out.sendall(b"x" * 20_000)

        assert len(theirs.recv(100_000)) == 20_000
