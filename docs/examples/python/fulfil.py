"""A small merchant's backend: takes notifications, verifies them, fulfils each paid order once.

What is to be shipped gets an address label.

NOTIFY_SECRET=whsec_... python3 fulfil.py 9000 seen.sqlite3
The second word is where the ids it has seen are kept; without it they are forgotten at its end.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from verify_plain import NotGenuine, verify

LONGEST = 1024 * 1024  # bytes


class Backend:
    """One table is all it takes: the id goes in together with what is done about it."""

    def __init__(self, file: str) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)")

    def take(self, message: str, event: Mapping[str, Any]) -> None:
        """Act on a message unless its id was seen before."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            new = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", [message])
            if new.rowcount and event["type"] == "order.paid":
                fulfil(event["data"]["order"])


def fulfil(order: Mapping[str, Any]) -> None:
    """Do what the buyer paid for; here, say so."""
    things = ", ".join(f"{item['name'].lower()} x {item['quantity']}" for item in order["items"])
    print(f"fulfilled {order['id']} ({things})", flush=True)
    if order.get("shipping") and order["shipping"]["address"]:
        print(label(order["shipping"]), flush=True)


def label(shipping: Mapping[str, Any]) -> str:
    """Write an address label; only your carrier knows the order of lines in each country."""
    address, rate = shipping["address"], shipping["rate"]
    town = " ".join(filter(None, (address["postal_code"], address["city"])))
    lines = (
        shipping["name"], address["line1"], address["line2"], town, address["state"],
        address["country"],
    )  # fmt: skip
    said = [f"| {line}" for line in lines if line]
    ways = [f"by {rate['name'] or rate['id']}"] if rate else []
    return "\n".join([" ".join(["ship", *ways, "to"]), *said])


class Door(BaseHTTPRequestHandler):
    """2xx says that the message is ours now; anything else, and it comes again."""

    backend: Backend

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST:
            self._answer(413)
            return
        try:
            event = verify(self.rfile.read(length), lower(self.headers))
        except NotGenuine as error:
            print(f"refused a message: {error}", flush=True)
            self._answer(400)
            return
        self.backend.take(self.headers["webhook-id"], event)
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent: one line an order is enough."""


def lower(headers: Message) -> dict[str, str]:
    """Return the headers under names in small letters: HTTP does not mind, a dictionary does."""
    return {name.lower(): value for name, value in headers.items()}


def main(port: str, seen: str = ":memory:") -> None:
    Door.backend = Backend(seen)
    with HTTPServer(("127.0.0.1", int(port)), Door) as server:
        print(f"backend on http://127.0.0.1:{port} - prints what it fulfils", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(0)
