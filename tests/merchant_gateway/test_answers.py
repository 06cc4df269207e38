"""Every answer a receiver may give, and every way to give none, has one outcome."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from checkout_service.domain.ports.notify import Delivered, Failed, Gone, Outcome
from checkout_service.merchant_gateway import MerchantReceiver
from tests.support.merchant import Merchant, Says

BODY = '{"type":"order.paid"}'


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(merchant: Merchant, receiver: MerchantReceiver, status: int) -> None:
    merchant.says(Says(status))

    assert receiver.send("msg_1", BODY) == Delivered()


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Says(410), Gone()),
        (Says(500), Failed("HTTP 500")),
        (Says(404), Failed("HTTP 404")),
        (Says(300), Failed("HTTP 300")),
        (Says(304), Failed("HTTP 304")),
        (Says(429, {"Retry-After": "120"}), Failed("HTTP 429", 120)),
        (Says(503, {"Retry-After": "soon"}), Failed("HTTP 503")),
    ],
)
def test_everything_else_is_a_failure_with_its_reason(
    merchant: Merchant, receiver: MerchantReceiver, says: Says, outcome: Outcome
) -> None:
    merchant.says(says)

    assert receiver.send("msg_1", BODY) == outcome


def test_a_date_in_retry_after_is_understood(
    merchant: Merchant, receiver: MerchantReceiver
) -> None:
    at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 90))
    merchant.says(Says(503, {"Retry-After": at}))

    outcome = receiver.send("msg_1", BODY)

    assert isinstance(outcome, Failed)
    assert outcome.retry_after is not None
    assert 80 <= outcome.retry_after <= 91


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(
    merchant: Merchant, receiver: MerchantReceiver, status: int
) -> None:
    merchant.says(Says(status, {"Location": f"{merchant.url}/elsewhere"}))

    assert receiver.send("msg_1", BODY) == Failed(f"HTTP {status}")
    assert [message.path for message in merchant.got] == ["/notify"]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (Says(reset=True), "ConnectionError"),
        (Says(raw=b""), "ConnectionError"),
        (Says(raw=b"SSH-2.0-OpenSSH_9.9\r\n"), "ConnectionError"),
        (Says(raw=b"HTTP/1.1 20"), "ConnectionError"),
        (Says(raw=b"HTTP/1.1 99999 Odd\r\n\r\n"), "ConnectionError"),
        (Says(wait=1.0), "ReadTimeout"),
    ],
)
def test_no_answer_is_a_failure(
    merchant: Merchant,
    receiver_at: Callable[..., MerchantReceiver],
    says: Says,
    reason: str,
) -> None:
    merchant.says(says)

    outcome = receiver_at(merchant.url, read_seconds=0.3).send("msg_1", BODY)

    assert isinstance(outcome, Failed)
    assert outcome.reason == reason


def test_nobody_at_home_is_a_failure(receiver_at: Callable[..., MerchantReceiver]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert receiver_at(f"http://127.0.0.1:{port}/").send("msg_1", BODY) == Failed("ConnectionError")


@pytest.mark.parametrize("url", ["http://" + "a" * 300 + ".example/", "ftp://x/"])
def test_an_impossible_address_is_a_failure(
    receiver_at: Callable[..., MerchantReceiver], url: str
) -> None:
    assert isinstance(receiver_at(url).send("msg_1", BODY), Failed)


def test_a_huge_answer_is_an_answer(merchant: Merchant, receiver: MerchantReceiver) -> None:
    merchant.says(Says(200, body=b"x" * 50_000_000))

    assert receiver.send("msg_1", BODY) == Delivered()


def test_an_answer_that_ends_halfway_still_had_its_status(
    merchant: Merchant, receiver: MerchantReceiver
) -> None:
    merchant.says(Says(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf"))

    assert receiver.send("msg_1", BODY) == Delivered()


def test_an_answer_that_stalls_after_its_status_was_a_delivery(
    receiver_at: Callable[..., MerchantReceiver],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        receiver = receiver_at(f"http://127.0.0.1:{port}/", read_seconds=0.3)
        outcome = _send_and_stall(server, receiver)

    assert outcome == Delivered()


def _send_and_stall(server: socket.socket, receiver: MerchantReceiver) -> Outcome:
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(receiver.send, "msg_1", BODY)
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nstall")
            return sending.result(5)


def test_the_answer_is_never_logged(
    merchant: Merchant, receiver: MerchantReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    merchant.says(Says(500, {"X-Secret": "hush-header"}, b"hush-body"))

    receiver.send("msg_1", BODY)

    assert "hush" not in caplog.text
