"""A simulation: every order ends as it must, and nothing but a sandbox is ever touched."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.support.databases import UNPUBLISHED

from .conftest import Shop

EVERY_FATE = 12


def test_every_order_of_a_simulation_ends_as_it_must(shop: Shop) -> None:
    told = shop.json("simulate", "--orders", str(EVERY_FATE))["data"]

    ends = Counter(one["order"]["status"] for one in told)
    assert all(one["as_it_must"] for one in told), told
    assert ends == {
        "paid": 4, "pending": 3, "refunded": 1, "failed": 1, "expired": 1, "processing": 1,
        "disputed": 1,
    }  # fmt: skip
    # Nobody's webhook told of it: the dispute was there before anybody knew of the payment.
    fulfilled = Counter(one["order"]["status"] for one in told if one["order"]["fulfilled"])
    assert fulfilled == {"paid": 4, "refunded": 1}
    debits = [one for one in told if "debit" in one["what_happened"]]
    assert {one["order"]["currency"] for one in debits} == {"eur"}
    listed = shop.json("orders", "list", "--limit", "100")["data"]
    assert {one["id"] for one in listed} == {one["order"]["id"] for one in told}


def test_a_person_gets_a_table_of_orders_and_their_ends(shop: Shop) -> None:
    result = shop.run("simulate", "--orders", "2")

    assert result.exit_code == 0, result.output
    heads, *rows = result.stdout.splitlines()
    assert heads.split()[0] == "ORDER"
    assert [row.split()[0].startswith("ord_") for row in rows[:2]] == [True, True]
    assert rows[-1] == "2 paid"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (
            UNPUBLISHED
            | {
                "stripe_secret_key": "sk_live_x",
                "stripe_publishable_key": "pk_live_x",
                "stripe_api_base": None,
                "public_base_url": "https://shop.example",
                "notify_url": None,
            },
            "live key",
        ),
        ({"stripe_api_base": None}, "STRIPE_API_BASE"),
        ({"stripe_api_base": "https://api.stripe.com"}, "STRIPE_API_BASE"),
        ({"stripe_secret_key": "rk_test_x", "stripe_webhook_secret": ()}, "pull mode"),
    ],
)
def test_a_simulation_refuses_what_could_be_real(
    make_shop: Callable[..., Shop], settings: dict[str, object], why: str
) -> None:
    result = make_shop(**settings).run("simulate")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert why in result.stderr


class _SomeServer(BaseHTTPRequestHandler):
    """Speaks HTTP and JSON, and is no sandbox."""

    def do_GET(self) -> None:
        body = json.dumps({"error": {"message": "Unrecognized request URL"}}).encode()
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        raise AssertionError("A simulation wrote to a stranger.")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""


@pytest.fixture
def stranger() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _SomeServer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_is_no_sandbox_is_left_alone(
    make_shop: Callable[..., Shop], stranger: str
) -> None:
    shop = make_shop(stripe_api_base=stranger)

    result = shop.run("simulate")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "No sandbox answers" in result.stderr
    assert shop.json("orders", "list")["data"] == []


def test_a_sandbox_that_is_not_there_is_named(make_shop: Callable[..., Shop]) -> None:
    result = make_shop(stripe_api_base="http://127.0.0.1:9").run("simulate")

    assert result.exit_code == 1
    assert "make run" in result.stderr
