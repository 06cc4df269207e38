"""NOTIFY_URL cannot be turned against our own network, whatever it says or resolves to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from checkout_service.domain.ports.notify import Delivered, Failed
from checkout_service.merchant_gateway import MerchantReceiver, safe_session
from checkout_service.merchant_gateway.session import guarded_adapter
from tests.support.merchant import SECRET, Merchant

LITERALS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "0.1.2.3",  # noqa: S104
    "0x7f000001", "0x7f.0.0.1", "0x7f.1", "2130706433", "017700000001", "0177.0.0.1", "0177.1",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001::7f00:1]",
    "localhost", "LOCALHOST", "localhost.",
    "169.254.169.254", "169.254.170.2", "0xa9fea9fe", "2852039166", "169.16689662",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fe80::a9fe:a9fe]",
    "[fd00:ec2::254]", "[fc00::1]", "[fdff::1]", "[fec0::1]",
    "10.0.0.1", "10.255.255.255", "10.1", "0x0a000001", "167772161", "[::ffff:10.0.0.1]",
    "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255", "[::ffff:c0a8:1]",
    "100.64.0.1", "100.127.255.254", "100.100.100.200", "168.63.129.16",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.254",
    "198.51.100.1", "203.0.113.1", "192.88.99.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "[ff02::1]", "[ff0e::1]",
    "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]",
    "user:word@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1#@example.com",
    "127.0.0.1?@example.com", "127.0.0.1/@example.com", "①②⑦.⓪.⓪.①", "127。0。0。1",
]  # fmt: skip


class Canary:
    """Listens on every address of this machine and counts who knocks."""

    def __init__(self) -> None:
        self.connections = 0
        both = socket.has_dualstack_ipv6()
        family, address = (socket.AF_INET6, "::") if both else (socket.AF_INET, "0.0.0.0")  # noqa: S104
        self._server = socket.create_server((address, 0), family=family, dualstack_ipv6=both)
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    bird = Canary()
    yield bird
    bird.close()


@pytest.fixture
def guarded() -> Iterator[requests.Session]:
    session = safe_session(allow_private=False)
    yield session
    session.close()


@contextmanager
def resolver(answer: Callable[[str], list[str]]) -> Iterator[list[str]]:
    """Put a hostile name server in front of the machine's own; return the names it was asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def hostile(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if not str(host).endswith(".test"):
            return real(host, port, *more, **named)
        asked.append(host)
        return [found for ip in answer(host) for found in real(ip, port, *more, **named)]

    socket.getaddrinfo = hostile
    try:
        yield asked
    finally:
        socket.getaddrinfo = real


def test_the_canary_sings_when_private_addresses_are_allowed(canary: Canary) -> None:
    before = canary.connections
    session = safe_session(allow_private=True)

    MerchantReceiver(f"http://127.0.0.1:{canary.port}/", (SECRET,), session).send("msg_1", "{}")

    session.close()
    assert canary.connections == before + 1


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", LITERALS)
def test_no_address_of_our_own_network_is_connected_to(
    canary: Canary, guarded: requests.Session, scheme: str, host: str
) -> None:
    name, slash, rest = host.partition("/")
    before = canary.connections
    url = f"{scheme}://{name}:{canary.port}{slash}{rest}/"

    outcome = MerchantReceiver(url, (SECRET,), guarded).send("msg_1", "{}")

    assert isinstance(outcome, Failed)
    assert canary.connections == before


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    canary: Canary, guarded: requests.Session
) -> None:
    receiver = MerchantReceiver(f"http://shop.test:{canary.port}/", (SECRET,), guarded)
    before = canary.connections

    with resolver(lambda _: ["8.8.8.8", "127.0.0.1"]):
        outcome = receiver.send("msg_1", "{}")

    assert outcome == Failed("AddressNotAllowed")
    assert canary.connections == before


def test_a_name_that_changes_its_mind_gains_nothing(merchant: Merchant) -> None:
    """The checked address is the connected one: the name server is asked once a send."""
    session = requests.Session()
    session.mount("http://", guarded_adapter(but_allow=("127.0.0.1/32",)))
    receiver = MerchantReceiver(f"http://shop.test:{merchant.server_port}/", (SECRET,), session)
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"]])

    with resolver(lambda _: next(answers)) as asked:
        outcomes = [receiver.send(f"msg_{number}", "{}") for number in (1, 2, 3)]

    session.close()
    assert outcomes == [Delivered(), Failed("AddressNotAllowed"), Delivered()]
    assert len(asked) == 3
    assert merchant.ids == ["msg_1", "msg_3"]


@pytest.mark.parametrize("host", ["shop.test", "127.0.0.1"])
def test_the_host_header_keeps_its_port(merchant: Merchant, host: str) -> None:
    session = requests.Session()
    session.mount("http://", guarded_adapter(but_allow=("127.0.0.1/32",)))
    address = f"{host}:{merchant.server_port}"

    with resolver(lambda _: ["127.0.0.1"]):
        MerchantReceiver(f"http://{address}/", (SECRET,), session).send("msg_1", "{}")

    session.close()
    assert merchant.got[0].headers["host"] == address
    assert "x-forwarded-for" not in merchant.got[0].headers


def test_a_name_nobody_knows_is_a_failure(guarded: requests.Session) -> None:
    def unknown(_: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with resolver(unknown):
        outcome = MerchantReceiver("https://shop.test/", (SECRET,), guarded).send("msg_1", "{}")

    assert outcome == Failed("gaierror")
