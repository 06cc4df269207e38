"""What Stripe shows of customers and invoices only when it is asked for."""

from __future__ import annotations

from typing import Any

from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import begin

SECRET = "latest_invoice.confirmation_secret"
PAID_BY: dict[str, Any] = {"payment_method": "pm_card_visa", "return_url": "https://shop.test"}


def test_a_customer_shows_the_subscriptions_that_go_on(near: Nearby) -> None:
    thing = begin(near)
    path, asked = f"customers/{thing['customer']}", {"expand": ["subscriptions"]}

    going = near.do("GET", path, **asked)["subscriptions"]
    near.do("DELETE", f"subscriptions/{thing['id']}")

    assert [one["id"] for one in going["data"]] == [thing["id"]]
    assert going["url"] == f"/v1/customers/{thing['customer']}/subscriptions"
    assert near.do("GET", path, **asked)["subscriptions"]["data"] == []


def test_a_first_invoice_tells_the_secret_that_confirms_it(near: Nearby) -> None:
    thing = begin(near, None, payment_behavior="default_incomplete", expand=[SECRET])

    told = thing["latest_invoice"]["confirmation_secret"]

    assert told["type"] == "payment_intent"
    intent = told["client_secret"].split("_secret_")[0]
    near.do("POST", f"payment_intents/{intent}/confirm", **PAID_BY)
    paid = near.do("GET", f"subscriptions/{thing['id']}", expand=["latest_invoice.payments"])
    assert paid["status"] == "active"
    (payment,) = paid["latest_invoice"]["payments"]["data"]
    assert (payment["status"], payment["payment"]["payment_intent"]) == ("paid", intent)


def test_an_invoice_that_asked_for_nothing_has_no_secret(near: Nearby) -> None:
    free = begin(near, trial_period_days=7, expand=[SECRET, "latest_invoice.payments"])

    assert "confirmation_secret" not in free["latest_invoice"]
    assert free["latest_invoice"]["payments"]["data"] == []
