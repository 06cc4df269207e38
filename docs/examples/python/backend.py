"""What a merchant's backend does with an API key: list orders, give money back, cancel.

export CHECKOUT_URL=http://127.0.0.1:8000 CHECKOUT_API_KEY=development-api-key
python3 backend.py list paid
python3 backend.py refund ord_... 1000
python3 backend.py cancel ord_...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from client import Refused, call


def orders(status: str) -> Iterator[dict[str, Any]]:
    """List all orders with that status, newest first, a page at a time."""
    cursor = None
    while True:
        query = {"status": status, "limit": 100} | ({"cursor": cursor} if cursor else {})
        page = call("GET", f"/orders?{urlencode(query)}").body
        yield from page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def refund(order: str, amount: int) -> dict[str, Any]:
    """Give back an amount in minor units. This key allows one such refund of that amount."""
    key = f"refund-{order}-{amount}"
    result: dict[str, Any] = call(
        "POST", f"/orders/{order}/refunds", {"amount": amount}, key=key
    ).body
    return result


def main(verb: str, *given: str) -> None:
    if verb == "list":
        for order in orders(given[0]):
            print(order["id"], order["amount_total"], order["currency"])
    elif verb == "refund":
        made = refund(given[0], int(given[1]))
        print(made["id"], made["amount"], made["status"])
    elif verb == "cancel":
        # 409 order_paid or money_in_flight: too late, money has come or is on its way.
        print(call("POST", f"/orders/{given[0]}/cancel").body["status"])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refusal:
        sys.exit(str(refusal))
