"""A shop to buy from as `curl` would: the service, its worker, a sandbox, a recording merchant.

It is shared by many tests: count what belongs to one order, never what there is in all.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from typing import Any

from tests.support.merchant import Got
from tests.support.running_stack import KEY, Stack, http, until
from tests.support.service import Service

GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000002760003184"
IBAN_GOOD, IBAN_BAD = "AT611904300234573201", "AT861904300235473202"
POSTER = {"items": [{"price": "poster-usd", "quantity": 2}]}
MUG = {"items": [{"price": "mug-eur", "quantity": 1}]}
_STATE = re.compile(r'<main[^>]* data-state="([a-z]+)"')


class Shop(Stack):
    """A stack with one service, seen as a frontend and a buyer see it."""

    @property
    def service(self) -> Service:
        return self.services[0]

    def create(self, body: Any = POSTER, *, key: str | None = None) -> Any:
        """POST the API's create route; return the whole answer."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self.request("POST", "/api/v1/checkout-sessions", json=body, headers=headers)

    def open(self, body: Any = POSTER) -> Any:
        answer = self.create(body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def token(self) -> str:
        """Load the storefront and give the hidden token of its first form."""
        found = re.search(r'name="token" value="([^"]+)"', self.request("GET", "/").text)
        assert found is not None
        return found[1]

    def press_buy(self, token: str, quantity: int = 1) -> Any:
        form = {"price": "poster-usd", "quantity": str(quantity), "token": token}
        return self.request("POST", "/checkout", data=form)

    def pays(self, session: str, method: str = GOOD, *, bank: str = "pass") -> int:
        """Pay on the hosted page's behalf; return the sandbox's status, 402 for a decline."""
        answer = http().post(
            f"{self.sandbox.url}/_sandbox/checkout/sessions/{session}/pay",
            json={"payment_method": method, "three_d_secure": bank},
            timeout=60,
        )
        return answer.status_code

    def enters_code(self, url: str, code: str) -> None:
        """Enter a promotion code on the hosted page, and confirm."""
        for form in ({"action": "promotion", "code": code}, {"email": "buyer@example.com"}):
            http().post(url, data=form, timeout=60, allow_redirects=False).raise_for_status()

    def settles(self, session: str, outcome: str) -> None:
        intent = self.stripe(f"/v1/checkout/sessions/{session}")["payment_intent"]
        self.sandbox.call("POST", f"payment_intents/{intent}/settle", {"outcome": outcome})

    def flush(self) -> None:
        self.sandbox.call("POST", "deliveries/flush")

    def success_page(self, session: str) -> str:
        """Open the page the buyer comes back to; return its state."""
        return self.state(f"/checkout/success?session_id={session}")

    def state(self, path: str) -> str:
        answer = self.request("GET", path)
        assert answer.status_code == 200, answer.text
        found = _STATE.search(answer.text)
        assert found is not None, answer.text
        return found[1]

    def confirm(self, session: str) -> Any:
        answer = self.request("GET", f"/api/v1/checkout-sessions/{session}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def detail(self, session: str) -> Any:
        """Return the order behind a session as the merchant's backend sees it."""
        answer = self.request("GET", f"/api/v1/checkout-sessions/{session}", headers=KEY)
        assert answer.status_code == 200, answer.text
        return answer.json()["order"]

    def told(self, order: str, kind: str | None = None) -> list[Got]:
        """List what the merchant got about an order, every copy."""
        found = []
        for got in list(self.merchant.got):
            body = json.loads(got.body)
            if body["data"]["order"]["id"] == order and kind in (None, body["type"]):
                found.append(got)
        return found

    def fulfils_once(self, session: str) -> None:
        """Check the one fulfilment: the page, the API and one genuine `order.paid`."""
        order = self.confirm(session)["order"]["id"]
        until(lambda: bool(self.told(order, "order.paid")), what="order.paid")
        detail = self.detail(session)
        assert (detail["status"], detail["fulfilled"], detail["holds"]) == ("paid", True, [])
        assert self.state(f"/orders/{order}") == "paid"
        (message,) = self.told(order, "order.paid")
        body = message.verify()
        assert isinstance(body, dict)
        assert body["data"]["order"]["fulfilled"] is True

    def paid_twice(self) -> list[str]:
        """Name the orders of which the merchant got more than one `order.paid`."""
        bodies = [json.loads(got.body) for got in list(self.merchant.got)]
        paid = Counter(b["data"]["order"]["id"] for b in bodies if b["type"] == "order.paid")
        return [order for order, count in paid.items() if count > 1]

    def never_fulfilled(self, session: str) -> None:
        detail = self.detail(session)
        assert detail["fulfilled"] is False
        assert self.told(detail["id"], "order.paid") == []

    def sessions_of(self, order: str, **filters: str) -> list[Any]:
        """List the sandbox's sessions that name an order, in the newest hundred."""
        page = self.stripe("/v1/checkout/sessions", limit=100, **filters)
        return [one for one in page["data"] if one["metadata"]["order_id"] == order]
