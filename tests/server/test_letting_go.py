"""A thread lets a connection idle just when its next request comes: the loop hears of it."""

from __future__ import annotations

import os
import selectors
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.util import close_graceful

from checkout_service.server.connection import Connection
from checkout_service.server.worker import GatheringWorker

ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Worker(GatheringWorker):
    """One whose loop and thread take turns as a test tells them."""

    def __init__(self) -> None:
        cfg = Config()
        super().__init__(0, os.getppid(), [], None, 30, cfg, Logger(cfg))
        self.poller = selectors.DefaultSelector()
        self.method_queue.init()
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        self.asked: list[bytes] = []
        self.amid: Callable[[], None] = lambda: None
        self.breaks_off = False

    def enqueue_req(self, conn: Connection) -> None:
        self.tpool = self
        super().enqueue_req(conn)

    def submit(self, _act: Any, conn: Connection) -> None:
        self.asked.append(bytes(conn.arrival.data))

    def _answer(self, conn: Connection) -> bool:
        if self.breaks_off:
            conn.sock.sendall(b"HTTP/1.1 200 OK\r\n")
            close_graceful(conn.sock)
        return not self.breaks_off

    def _idle(self, conn: Connection) -> None:
        amid, self.amid = self.amid, lambda: None
        amid()
        super()._idle(conn)

    def turn(self) -> None:
        self.wait_for_and_dispatch_events(0)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.poller.close()
    made.method_queue.close()
    made.tmp.close()


@pytest.fixture
def conn(worker: Worker) -> Iterator[tuple[Connection, socket.socket]]:
    """Make a connection whose first request a thread has answered, and that idles."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        made = Connection(ours, "", "")
        worker.nr_conns += 1
        theirs.sendall(ASK)
        worker._gather(made)
        worker.handle(made)  # leaves it to the loop, which has not heard of it yet
        worker.turn()
        yield made, theirs


def test_the_next_request_of_a_connection_that_idles_is_heard(
    worker: Worker, conn: tuple[Connection, socket.socket]
) -> None:
    conn[1].sendall(ASK)
    worker.turn()

    assert worker.asked == [ASK, ASK]


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_what_comes_while_a_thread_lets_go_is_heard(
    worker: Worker, conn: tuple[Connection, socket.socket], turns: int
) -> None:
    def meanwhile() -> None:
        conn[1].sendall(ASK)
        for _ in range(turns):
            worker.turn()

    conn[1].sendall(ASK)
    worker.turn()
    worker.amid = meanwhile
    worker.handle(conn[0])
    for _ in range(3):
        worker.turn()

    assert worker.asked == [ASK, ASK, ASK]


def test_what_comes_while_a_thread_answers_waits_until_it_is_done(
    worker: Worker, conn: tuple[Connection, socket.socket]
) -> None:
    conn[1].sendall(ASK)
    worker.turn()
    conn[1].sendall(ASK)
    worker.turn()
    assert worker.asked == [ASK, ASK]

    worker.handle(conn[0])
    worker.turn()
    worker.turn()
    assert worker.asked == [ASK, ASK, ASK]


def test_who_hangs_up_while_a_thread_answers_is_closed_after_it(
    worker: Worker, conn: tuple[Connection, socket.socket]
) -> None:
    conn[1].sendall(ASK)
    worker.turn()
    conn[1].close()
    worker.turn()
    worker.handle(conn[0])
    worker.turn()
    worker.turn()

    assert worker.nr_conns == 0


def test_a_thread_that_breaks_an_answer_off_leaves_the_socket_to_the_loop(
    worker: Worker, conn: tuple[Connection, socket.socket]
) -> None:
    conn[1].sendall(ASK)
    worker.turn()
    conn[1].shutdown(socket.SHUT_WR)  # so that nobody waits for it
    worker.breaks_off = True
    number = conn[0].sock.fileno()
    worker.handle(conn[0])
    other, theirs = socket.socketpair()  # would be given the number of what was closed
    with other, theirs:
        assert other.fileno() != number
        for _ in range(3):
            worker.turn()

        assert conn[0].sock.fileno() == -1
        assert worker.nr_conns == 0
