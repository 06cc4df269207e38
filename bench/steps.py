"""`python -m bench.steps`: how many calls of our own a webhook, a refund and a poll take.

Each is one HTTP request in this process, the second of its kind; Stripe is a sandbox beside it.
Counted are calls of functions of `checkout_service`, and the files they are in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, Self

import requests
from flask import Flask
from werkzeug.test import TestResponse

from checkout_service.app import create_app
from checkout_service.settings import Settings

_SECRET, _KEY, _MERCHANT = "whsec_steps", "sk_test_steps", "merchant-" + "0" * 32
_CATALOG = """
[[products]]
id = "poster"
name = "Poster"
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
[[payment_links]]
id = "poster"
url = "{stripe}/b/test_poster"
stripe_payment_link = "plink_poster"
price = "poster-usd"
quantity = 1
"""
_LINK = {
    "id": "plink_poster",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "2500",
    "line_items[0][price_data][product_data][name]": "Poster",
}


class Counting:
    """Counts the calls of this thread; comprehensions and lambdas are part of who wrote them."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def __enter__(self) -> Self:
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    @property
    def files(self) -> int:
        return len({name.partition(":")[0] for name in self.calls})

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and "/checkout_service/" in code.co_filename and code.co_name[0] != "<":
            file = code.co_filename.rpartition("/checkout_service/")[2]
            self.calls[f"{file}:{code.co_qualname}"] += 1


class Shop:
    """A shop in this process, and what is done to it from outside."""

    def __init__(self, app: Flask, stripe: str) -> None:
        self.client = app.test_client()
        self.stripe = stripe
        self.http = requests.Session()
        self.http.trust_env = False
        self.last = ""  # the order that was paid last
        self.at_stripe("POST", "/v1/payment_links", data=_LINK)

    def at_stripe(self, method: str, path: str, **more: Any) -> Any:
        url, headers = f"{self.stripe}{path}", {"Authorization": f"Bearer {_KEY}"}
        answer = self.http.request(method, url, headers=headers, timeout=60, **more)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": f"Bearer {_MERCHANT}",
            "Idempotency-Key": secrets.token_hex(16),
        }
        answer = self.client.post(path, json=body, headers=headers)
        return _good(answer).get_json()

    def sells(self) -> Any:
        """Sell one order whose payment we have not heard of."""
        cart = {"items": [{"price": "poster-usd", "quantity": 1}]}
        made = self.post("/api/v1/checkout-sessions", cart)
        self.at_stripe("POST", f"/_sandbox/checkout/sessions/{made['id']}/pay", json={})
        return made

    def webhook(self) -> Counting:
        made = self.sells()
        events = self.at_stripe("GET", "/v1/events", params={"limit": 50})["data"]
        paid = (e for e in events if e["type"] == "checkout.session.completed")
        event = next(e for e in paid if e["data"]["object"]["id"] == made["id"])
        body, now = json.dumps(event).encode(), int(time.time())
        mac = hmac.new(_SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={now},v1={mac}"}
        with Counting() as counted:
            answer = self.client.post("/webhooks/stripe", data=body, headers=headers)
        _good(answer)
        self.last = made["order"]["id"]
        return counted

    def refund(self) -> Counting:
        self.webhook()
        with Counting() as counted:
            self.post(f"/api/v1/orders/{self.last}/refunds", {})
        return counted

    def poll(self) -> Counting:
        """Poll for a Payment Link's order whose buyer has just come back."""
        made = self.post("/api/v1/payment-links/poster/orders")
        reference = made["client_reference_id"]
        body = {"client_reference_id": reference, "email": "buyer@example.com"}
        paid = self.at_stripe("POST", "/_sandbox/payment_links/plink_poster/pay", json=body)
        path = f"/api/v1/payment-links/orders/{reference}?session_id={paid['id']}"
        for _ in range(10):
            with Counting() as counted:
                answer = _good(self.client.get(path))
            if answer.get_json()["order"]["status"] == "paid":
                return counted
            time.sleep(1)
        raise RuntimeError(answer.text)


def _good(answer: TestResponse) -> TestResponse:
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise RuntimeError(answer.text)
    return answer


def main() -> None:
    with tempfile.TemporaryDirectory() as name, _sandbox() as stripe:
        shop = Shop(_app(Path(name), stripe), stripe)
        print("| request | calls | functions | files |\n|---|---|---|---|")
        for act in (shop.webhook, shop.refund, shop.poll):
            act()
            seen = act()
            print(f"| {act.__name__} | {seen.calls.total()} | {len(seen.calls)} | {seen.files} |")
            if "--calls" in sys.argv:
                for called, times in seen.calls.most_common():
                    print(f"    {times:4} {called}")


def _app(folder: Path, stripe: str) -> Flask:
    (folder / "catalog.toml").write_text(_CATALOG.format(stripe=stripe))
    app = create_app(
        Settings.load(
            secret_key=secrets.token_hex(),
            stripe_secret_key=_KEY,
            stripe_publishable_key="pk_test_steps",
            stripe_webhook_secret=_SECRET,
            stripe_api_base=stripe,
            public_base_url="http://127.0.0.1:8000",
            api_keys=_MERCHANT,
            catalog_file=str(folder / "catalog.toml"),
            database_url=f"sqlite:///{folder / 'steps.sqlite3'}",
        )
    )
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    if done.exit_code != 0:
        raise RuntimeError(done.output)
    return app


@contextmanager
def _sandbox() -> Iterator[str]:
    command = [sys.executable, "-u", "-m", "stripe_sandbox", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield next(
                found[0]
                for line in process.stdout or ()
                if (found := re.search(r"http://[\d.]+:\d+", line))
            )
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
