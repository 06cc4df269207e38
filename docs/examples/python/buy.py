"""Sell something: open a Checkout Session, send the buyer to its url, wait for the money.

CHECKOUT_URL=http://127.0.0.1:8000 python3 buy.py poster-usd 2
"""

from __future__ import annotations

import sys
import uuid

from client import call, wait_until_final


def main(price: str, quantity: int) -> None:
    # Keep the key with the cart: pressing "buy" twice is then one order.
    cart_key = str(uuid.uuid4())
    cart = {"items": [{"price": price, "quantity": quantity}]}
    session = call("POST", "/checkout-sessions", cart, key=cart_key).body
    print("Send the buyer to", session["url"], flush=True)

    order = wait_until_final(f"/checkout-sessions/{session['id']}")["order"]
    print(order["id"], "is", order["status"])
    if order["holds"]:
        print("A person must look at it:", ", ".join(order["holds"]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
