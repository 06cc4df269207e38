"""Flask: fulfil what is paid.

pip install flask checkout-service-client
NOTIFY_SECRET=whsec_... SEEN=seen.sqlite3 flask --app paid_flask run --port 9000
"""

from __future__ import annotations

import os

from flask import Flask, request
from once import once

from checkout_service_client import NotGenuine, verify
from checkout_service_client.shapes import PrivateOrder

app = Flask(__name__)


@app.post("/notifications")
def notifications() -> tuple[str, int]:
    try:
        event = verify(request.get_data(), request.headers, os.environ["NOTIFY_SECRET"])
    except NotGenuine:
        return "", 400
    if event["type"] == "order.paid":
        once(request.headers["webhook-id"], fulfil, event["data"]["order"])
    return "", 204  # anything else, and it comes again


def fulfil(order: PrivateOrder) -> None:
    print("fulfilled", order["id"], flush=True)
