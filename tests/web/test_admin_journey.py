"""The admin against a whole Stripe: paid, refunded in part and in full, canceled, settled."""

from __future__ import annotations

from typing import Any

import requests

from tests.support.admin import field, kept_form
from tests.support.service import ADMIN_PASSWORD, Service
from tests.support.stack import Sandbox


class Clerk:
    """A person in the admin, by plain HTTP."""

    def __init__(self, service: Service) -> None:
        self.url = service.url
        self.http = requests.Session()
        self.http.trust_env = False
        page = self.http.get(f"{self.url}/admin/login").text
        form = {"csrf_token": field(page), "password": ADMIN_PASSWORD}
        assert self.http.post(f"{self.url}/admin/login", data=form).status_code == 200

    def page(self, path: str) -> str:
        answer = self.http.get(f"{self.url}/admin/{path}")
        assert answer.status_code == 200
        return answer.text

    def press(self, path: str, **form: str) -> requests.Response:
        page = self.page(path)
        return self.http.post(f"{self.url}/admin/{path}", data=kept_form(page) | form)

    def opened(self) -> Any:
        cart = {"items": [{"price": "poster-usd", "quantity": 2}]}
        answer = self.http.post(f"{self.url}/api/v1/checkout-sessions", json=cart)
        assert answer.status_code == 201, answer.text
        return answer.json()


def test_an_order_is_settled_refunded_and_another_canceled(
    service: Service, sandbox: Sandbox
) -> None:
    sandbox.call("PUT", "faults", {"webhooks": {"drop": 1.0}})  # only the clerk brings news
    clerk = Clerk(service)
    session = clerk.opened()
    order = session["order"]["id"]
    sandbox.call(
        "POST", f"checkout/sessions/{session['id']}/pay", {"payment_method": "4242424242424242"}
    )
    assert "the order is paid, fulfilled" in clerk.press(f"orders/{order}/settle").text

    nonce = "non_" + "c" * 24
    first = clerk.press(f"orders/{order}/refund", amount="12.50", nonce=nonce)
    assert "of $12.50" in first.text
    clerk.press(f"orders/{order}/refund", amount="12.50", nonce=nonce)
    too_much = clerk.press(f"orders/{order}/refund", amount="99")
    assert "is left to give back" in too_much.text
    assert "of $37.50" in clerk.press(f"orders/{order}/refund", what="rest").text
    asked = [
        call
        for call in sandbox.call("GET", "requests")["data"]
        if (call["method"], call["path"]) == ("POST", "/v1/refunds")
    ]
    assert len(asked) == 2

    page = clerk.page(f"orders/{order}")
    assert "by the desk" in page
    for act in ("orders.settle", "orders.refund"):
        assert act in page
    assert order in clerk.page("orders?q=" + session["id"])

    other = clerk.opened()["order"]["id"]
    assert "The order is canceled." in clerk.press(f"orders/{other}/cancel").text
    assert "paid already" in clerk.press(f"orders/{order}/cancel").text
