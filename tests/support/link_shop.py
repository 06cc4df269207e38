"""A shop that sells by Payment Links: its catalog, the links at the sandbox, and what buyers do.

In pull mode the service has a read-only key and no webhook secret.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.merchant import SECRET, running_merchant
from tests.support.patience import PATIENCE
from tests.support.running_shop import GOOD, Shop
from tests.support.running_stack import KEY, Stack, until
from tests.support.service import Service, environment
from tests.support.stack import running_sandbox

PULL = {"STRIPE_SECRET_KEY": "rk_test_tests", "STRIPE_WEBHOOK_SECRET": ""}
API = "/api/v1/payment-links"
# What each link sells: price, minor units of the currency, quantity.
LINKS = {
    "print": ("print-usd", 2500, "usd", 1),
    "pair": ("print-usd", 2500, "usd", 2),
    "tower": ("tower-usd", 250_000, "usd", 1),
    "mug": ("mug-eur", 1450, "eur", 1),
}
PRODUCTS = {"print": "Print", "tower": "Tower", "mug": "Mug"}


def plink(link: str) -> str:
    return f"plink_{link}"


def link_url(stripe_url: str, link: str) -> str:
    return f"{stripe_url}/b/test_{link}"


def catalog_text(stripe_url: str) -> str:
    """Write the catalog: every link of the table, and their products."""
    text = ""
    for product, name in PRODUCTS.items():
        price, amount, currency, _ = LINKS[product]
        text += f'[[products]]\nid = "{product}"\nname = "{name}"\n[[products.prices]]\n'
        text += f'id = "{price}"\ncurrency = "{currency}"\nunit_amount = {amount}\n'
    for link, (price, _, _, quantity) in LINKS.items():
        text += f'[[payment_links]]\nid = "{link}"\nurl = "{link_url(stripe_url, link)}"\n'
        text += f'stripe_payment_link = "{plink(link)}"\n'
        text += f'price = "{price}"\nquantity = {quantity}\n'
    return text


def make_links(stack: Stack) -> None:
    """Make the catalog's links at the sandbox, as a merchant does in Stripe's dashboard."""
    back = f"{stack.services[0].url}/links/return?session_id={{CHECKOUT_SESSION_ID}}"
    for link, (_, amount, currency, quantity) in LINKS.items():
        item = "line_items[0]"
        params = {
            "id": plink(link),
            f"{item}[quantity]": quantity,
            f"{item}[price_data][currency]": currency,
            f"{item}[price_data][unit_amount]": amount,
            f"{item}[price_data][product_data][name]": link.title(),
            "after_completion[type]": "redirect",
            "after_completion[redirect][url]": back,
        }
        stack.stripe_post("/v1/payment_links", **params)


class LinkShop(Shop):
    """The shop as a frontend, a buyer's browser and the merchant's backend see it."""

    def starts(self, link: str = "print", *, key: str | None = None) -> Any:
        """Make a pending order over the API; return the answer's body."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        answer = self.request("POST", f"{API}/{link}/orders", headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def pays_by_link(self, link: str, reference: str | None, method: str = GOOD) -> Any:
        """Pay through a link, with whatever reference its address carried."""
        body = {"payment_method": method, "email": f"{secrets.token_hex(4)}@example.com"}
        if reference is not None:
            body["client_reference_id"] = reference
        return self.sandbox.call("POST", f"payment_links/{plink(link)}/pay", body)

    def polls(self, reference: str, session: str | None = None, *, service: int = 0) -> Any:
        """Poll once; return the whole answer."""
        params = {} if session is None else {"session_id": session}
        path = f"{API}/orders/{reference}"
        return self.request("GET", path, params=params, service=service)

    def standing(self, reference: str, session: str | None = None) -> Any:
        answer = self.polls(reference, session)
        assert answer.status_code == 200, answer.text
        return answer.json()["order"]

    def by_id(self, order: str) -> Any:
        """Return an order in depth, as the merchant's backend sees it."""
        answer = self.request("GET", f"/api/v1/orders/{order}", headers=KEY)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def of_session(self, session: str) -> Any:
        """Return the order that a session settled, or None."""
        answer = self.request("GET", f"/api/v1/checkout-sessions/{session}", headers=KEY)
        return answer.json()["order"] if answer.status_code == 200 else None

    def comes_to_be(self, session: str, *, seconds: float = PATIENCE) -> Any:
        """Wait until the sweep has found a session's order; give it."""
        until(lambda: self.of_session(session) is not None, seconds=seconds, what="an order")
        return self.by_id(self.of_session(session)["id"])

    def told_once(self, order: str) -> None:
        until(lambda: bool(self.told(order, "order.paid")), what="order.paid")
        assert len(self.told(order, "order.paid")) == 1

    def calls(self, of: str = "") -> list[Any]:
        """List the service's calls to Stripe whose path holds this text."""
        log = self.sandbox.call("GET", "requests")["data"]
        return [row for row in log if row["stripe_version"] and of in row["path"]]


class Buyer:
    """A browser without a screen: cookies, and no redirect is followed unasked."""

    def __init__(self, shop: LinkShop) -> None:
        self.shop = shop
        self.http = requests.Session()
        self.http.trust_env = False

    def get(self, path: str, **headers: str) -> requests.Response:
        url = f"{self.shop.service.url}{path}"
        return self.http.get(url, headers=headers, allow_redirects=False, timeout=60)

    def leaves(self, link: str = "print") -> str:
        """Open the link's page; return the reference it sends the buyer away with."""
        answer = self.get(f"/links/{link}")
        assert answer.status_code == 303, answer.text
        url, _, reference = answer.headers["Location"].partition("?client_reference_id=")
        assert url == link_url(self.shop.sandbox.url, link)
        return reference

    def returns(self, session: str) -> str:
        """Come back with a session; return the page."""
        answer = self.get(f"/links/return?session_id={session}")
        assert answer.status_code == 200, answer.text
        return answer.text


@contextmanager
def running_link_shop(folder: Path, database_url: str, **settings: str) -> Iterator[LinkShop]:
    """Run service, worker, sandbox and merchant, with the links made."""
    with running_merchant() as merchant, contextmanager(running_sandbox)(folder) as sandbox:
        catalog = folder / "catalog.toml"
        catalog.write_text(catalog_text(sandbox.url))
        env = environment(
            database_url=database_url, stripe_url=sandbox.url, port=sandbox.webhook_port
        ) | {
            "CATALOG_FILE": str(catalog),
            "NOTIFY_URL": merchant.url,
            "NOTIFY_SECRET": SECRET,
            "NOTIFY_ALLOW_PRIVATE": "1",
            "WEB_THREADS": "16",
        }
        service = Service(folder, env | settings)
        service.start_web()
        service.start_worker()
        shop = LinkShop(sandbox, [service], merchant)
        make_links(shop)
        yield shop
        service.stop()
        assert shop.paid_twice() == []
