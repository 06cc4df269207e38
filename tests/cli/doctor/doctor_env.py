"""A shop for doctor's tests: a real web process, a sandbox and a database for a whole module.

`examine(**changes)` runs the command in an application with other settings.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import stripe

from checkout_service import create_app
from checkout_service.domain.ports.account import Endpoint
from checkout_service.flask_db import db
from checkout_service.settings import Settings
from checkout_service.stripe_gateway import build_account
from tests.support.databases import KEYS
from tests.support.merchant import SECRET, Merchant
from tests.support.sandbox_server import SandboxServer

CATALOG = """
[[products]]
id = "poster"
name = "Poster"
  [[products.prices]]
  id = "poster-usd"
  currency = "usd"
  unit_amount = 2500
"""


class _Untimely(BaseHTTPRequestHandler):
    """Answers every question with an empty list, at a time that is not now."""

    behind: float

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) - self.behind)

    def do_GET(self) -> None:
        body = b'{"object": "list", "data": [], "has_more": false}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""


@contextmanager
def untimely_stripe(behind: float) -> Iterator[str]:
    """Run a Stripe whose clock is so many seconds behind ours; return its address."""
    handler = type("Handler", (_Untimely,), {"behind": behind})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Report:
    """What the command said; `checks` as its JSON has them."""

    code: int
    said: dict[str, Any]

    @property
    def checks(self) -> list[dict[str, str]]:
        return list(self.said["checks"])

    def states(self, check: str) -> list[str]:
        return [found["state"] for found in self.checks if found["check"] == check]

    @property
    def problems(self) -> set[str]:
        return {found["check"] for found in self.checks if found["state"] == "problem"}

    def told(self, check: str, state: str) -> str:
        """Return all that a check said in this state, each with its mend."""
        found = [f for f in self.checks if (f["check"], f["state"]) == (check, state)]
        assert found, self.checks
        assert all(f["mend"] for f in found) or state == "ok"
        return "\n".join(f"{f['what']} {f['mend']}" for f in found)


@dataclass
class DoctorEnv:
    sandbox: SandboxServer
    merchant: Merchant
    database_url: str
    port: int
    folder: Path
    secret: str = ""
    endpoint: Endpoint | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def elsewhere(self) -> str:
        """The sandbox by an address that is no loopback: against it a shop is no development."""
        return self.sandbox.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104

    @property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            KEYS["STRIPE_SECRET_KEY"], base_addresses={"api": self.sandbox.url}
        )

    def welcome(self) -> None:
        """Make the account a healthy one: one endpoint, its secret known."""
        self.sandbox.control("POST", "reset")
        account = build_account(secret_key=KEYS["STRIPE_SECRET_KEY"], api_base=self.sandbox.url)
        self.endpoint, self.secret = account.add_endpoint(f"{self.url}/webhooks/stripe")

    def settings(self, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {name.lower(): value for name, value in KEYS.items()}
        return (
            values
            | {
                "database_url": self.database_url,
                "stripe_api_base": self.sandbox.url,
                "stripe_webhook_secret": self.secret,
                "public_base_url": self.url,
                "notify_url": self.merchant.url,
                "notify_secret": SECRET,
                "notify_allow_private": True,
                "catalog_file": changes.get("catalog_file") or self.catalog(),
            }
            | changes
        )

    def run(self, *command: str, **changes: Any) -> Any:
        app = create_app(Settings.load(**self.settings(**changes)))
        try:
            return app.test_cli_runner().invoke(args=list(command))
        finally:
            with app.app_context():
                db.engine.dispose()

    def examine(self, *options: str, **changes: Any) -> Report:
        result = self.run("doctor", "--json", *options, **changes)
        return Report(result.exit_code, json.loads(result.stdout))

    def catalog(self, *more: str) -> Path:
        """Write a catalog with something added."""
        path = self.folder / "catalog.toml"
        path.write_text("\n".join((CATALOG, *more)), "utf-8")
        return path

    def link(self, *, redirect: str | None = None, quantity: int = 1) -> Any:
        """Make a Payment Link for a poster; it leads back here unless it is told otherwise."""
        back = redirect or f"{self.url}/links/return?session_id={{CHECKOUT_SESSION_ID}}"
        price = self.client.v1.prices.create(
            params={"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Poster"}}
        )
        return self.client.v1.payment_links.create(
            params={
                "line_items": [{"price": price.id, "quantity": quantity}],
                "after_completion": {"type": "redirect", "redirect": {"url": back}},
            }
        )

    def selling(self, url: str, plink: str) -> Path:
        """Write a catalog with a Payment Link."""
        return self.catalog(
            "[[payment_links]]",
            'id = "donation"',
            f'url = "{url}"',
            f'stripe_payment_link = "{plink}"',
            'price = "poster-usd"',
        )


def endpoints(doctor_env: DoctorEnv) -> dict[str, Any]:
    return {one.id: one for one in doctor_env.client.v1.webhook_endpoints.list().data}


def forget_endpoints(doctor_env: DoctorEnv) -> None:
    for name in endpoints(doctor_env):
        doctor_env.client.v1.webhook_endpoints.delete(name)
