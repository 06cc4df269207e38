"""FastAPI: fulfil what is paid.

pip install fastapi uvicorn checkout-service-client
NOTIFY_SECRET=whsec_... SEEN=seen.sqlite3 uvicorn paid_fastapi:app --port 9000
"""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from once import once

from checkout_service_client import NotGenuine, verify
from checkout_service_client.shapes import PrivateOrder

app = FastAPI()


async def raw(request: Request) -> bytes:
    """Return the body as it came: what was parsed and written again has another signature."""
    return await request.body()


@app.post("/notifications")
def notifications(request: Request, body: Annotated[bytes, Depends(raw)]) -> Response:
    try:
        event = verify(body, request.headers, os.environ["NOTIFY_SECRET"])
    except NotGenuine:
        return Response(status_code=400)
    if event["type"] == "order.paid":
        once(request.headers["webhook-id"], fulfil, event["data"]["order"])
    return Response(status_code=204)  # anything else, and it comes again


def fulfil(order: PrivateOrder) -> None:
    print("fulfilled", order["id"], flush=True)
