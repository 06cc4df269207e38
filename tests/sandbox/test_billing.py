"""Billing over the API: subscriptions begun and changed, invoices drafted, methods saved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby

DAY = 86_400
Json = dict[str, Any]


def a_customer(near: Nearby, method: str | None = "pm_card_visa") -> str:
    given = {"invoice_settings": {"default_payment_method": method}} if method else {}
    return str(near.do("POST", "customers", email="jenny@example.com", **given)["id"])


def a_price(near: Nearby, amount: int = 900, **more: Any) -> str:
    asked = {"currency": "usd", "unit_amount": amount, "recurring": {"interval": "month"}, **more}
    return str(near.do("POST", "prices", product_data={"name": "Club"}, **asked)["id"])


def begin(near: Nearby, method: str | None = "pm_card_visa", **more: Any) -> Json:
    owner, items = a_customer(near, method), [{"price": a_price(near), "quantity": 2}]
    return near.do("POST", "subscriptions", customer=owner, items=items, **more)


def a_draft(near: Nearby, owner: str, **more: Any) -> Json:
    near.do("POST", "invoiceitems", customer=owner, amount=700, currency="usd")
    behavior = {"pending_invoice_items_behavior": "include"}
    return near.do("POST", "invoices", customer=owner, **behavior, **more)


def test_a_subscription_is_paid_at_once_and_renews_by_the_same_method(near: Nearby) -> None:
    thing = begin(near)
    first = near.do("GET", f"invoices/{thing['latest_invoice']}")

    near.control("clock", advance=32 * DAY)

    assert (thing["status"], first["status"], first["amount_paid"]) == ("active", "paid", 1800)
    latest = near.do("GET", f"subscriptions/{thing['id']}")["latest_invoice"]
    renewal = near.do("GET", f"invoices/{latest}")
    assert (renewal["billing_reason"], renewal["status"]) == ("subscription_cycle", "paid")
    lines = near.do("GET", f"invoices/{latest}/lines")["data"]
    assert [line["quantity"] for line in lines] == [2]


def test_nothing_begins_without_a_way_to_pay(near: Nearby) -> None:
    owner, items = a_customer(near, None), [{"price": a_price(near)}]

    refusal = near.refused("POST", "subscriptions", customer=owner, items=items)

    assert refusal == ("resource_missing", None)
    assert near.do("GET", "subscriptions")["data"] == []


def test_a_refused_first_payment_leaves_it_incomplete_for_23_hours(near: Nearby) -> None:
    thing = begin(near, "pm_card_chargeCustomerFail")
    assert thing["status"] == "incomplete"
    assert "invoice.payment_failed" in near.events()

    near.control("clock", advance=24 * 3600)

    assert near.do("GET", f"subscriptions/{thing['id']}")["status"] == "incomplete_expired"


def test_error_if_incomplete_makes_nothing_of_a_refused_card(near: Nearby) -> None:
    owner, items = a_customer(near, "pm_card_chargeCustomerFail"), [{"price": a_price(near)}]

    asked = {"customer": owner, "items": items, "payment_behavior": "error_if_incomplete"}

    assert near.refused("POST", "subscriptions", **asked)[0] == "card_declined"
    assert near.do("GET", "subscriptions", status="all")["data"] == []


def test_an_incomplete_one_becomes_active_when_its_intent_is_confirmed(near: Nearby) -> None:
    thing = begin(
        near, None, payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
    )  # fmt: skip
    paid = near.do("GET", "invoice_payments", invoice=thing["latest_invoice"])["data"][0]
    intent = paid["payment"]["payment_intent"]

    back = {"payment_method": "pm_card_visa", "return_url": "https://shop.test/"}
    near.do("POST", f"payment_intents/{intent}/confirm", **back)

    thing = near.do("GET", f"subscriptions/{thing['id']}")
    assert (thing["status"], thing["default_payment_method"][:3]) == ("active", "pm_")


@pytest.mark.parametrize(
    ("policy", "status"), [("pause", "paused"), ("cancel", "canceled"),
                           ("create_invoice", "past_due")],
)  # fmt: skip
def test_a_trial_without_a_way_to_pay_ends_as_was_said(
    near: Nearby, policy: str, status: str
) -> None:
    ends = {"end_behavior": {"missing_payment_method": policy}}
    thing = begin(near, None, trial_period_days=7, trial_settings=ends)
    assert thing["status"] == "trialing"

    near.control("clock", advance=5 * DAY)
    assert near.events().count("customer.subscription.trial_will_end") == 1
    near.control("clock", advance=3 * DAY)

    assert near.do("GET", f"subscriptions/{thing['id']}")["status"] == status


def test_items_change_from_the_next_period_on(near: Nearby) -> None:
    thing = begin(near)
    item = thing["items"]["data"][0]["id"]
    change = {"items": [{"id": item, "price": a_price(near, 1200), "quantity": 1}]}
    path = f"subscriptions/{thing['id']}"

    changed = near.do("POST", path, **change, proration_behavior="none")
    near.control("clock", advance=32 * DAY)

    assert changed["items"]["data"][0]["price"]["unit_amount"] == 1200
    renewal = near.do("GET", path)["latest_invoice"]
    assert near.do("GET", f"invoices/{renewal}")["amount_paid"] == 1200
    assert near.do("GET", f"subscription_items/{item}")["quantity"] == 1


def test_a_draft_takes_what_is_owed_and_is_paid_as_it_stands(near: Nearby) -> None:
    owner = a_customer(near)
    draft = a_draft(near, owner)
    assert (draft["status"], draft["number"], draft["total"]) == ("draft", None, 700)

    final = near.do("POST", f"invoices/{draft['id']}/finalize")
    assert near.refused("DELETE", f"invoices/{draft['id']}")[0] == "invoice_not_editable"
    paid = near.do("POST", f"invoices/{draft['id']}/pay")

    assert (final["status"], paid["status"], paid["amount_paid"]) == ("open", "paid", 700)
    assert near.do("GET", "invoiceitems", customer=owner, pending=True)["data"] == []


@pytest.mark.parametrize(
    ("verb", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible")]
)
def test_an_open_invoice_is_closed_unpaid(near: Nearby, verb: str, status: str) -> None:
    draft = a_draft(near, a_customer(near))
    near.refused("POST", f"invoices/{draft['id']}/{verb}")
    near.do("POST", f"invoices/{draft['id']}/finalize")

    assert near.do("POST", f"invoices/{draft['id']}/{verb}")["status"] == status
    assert near.ask("POST", f"invoices/{draft['id']}/pay")[0] == (400 if verb == "void" else 200)


def test_an_invoice_whose_bank_asks_tells_that_somebody_must_act(near: Nearby) -> None:
    draft = a_draft(near, a_customer(near))

    refusal = near.refused(
        "POST", f"invoices/{draft['id']}/pay", payment_method="pm_card_threeDSecure2Required"
    )

    assert refusal[0] == "invoice_payment_intent_requires_action"
    assert near.events()[-2:] == ["invoice.payment_action_required", "invoice.payment_failed"]


def test_a_card_is_saved_without_a_session_after_its_bank_agreed(near: Nearby) -> None:
    owner = a_customer(near, None)
    asked = {"customer": owner, "confirm": True, "return_url": "https://shop.test/back"}
    made = near.do("POST", "setup_intents", payment_method="pm_card_threeDSecure2Required", **asked)
    assert made["status"] == "requires_action"

    client = near.app.test_client()
    gone = client.post(f"/3ds/{made['id']}", data={"outcome": "pass"})

    assert "redirect_status=succeeded" in gone.headers["Location"]
    assert near.do("GET", f"setup_intents/{made['id']}")["status"] == "succeeded"
    kept = near.do("GET", f"customers/{owner}/payment_methods")["data"]
    assert [one["id"] for one in kept] == [made["payment_method"]]


def test_a_declined_card_is_not_saved(near: Nearby) -> None:
    made = near.do("POST", "setup_intents")

    refusal = near.refused(
        "POST", f"setup_intents/{made['id']}/confirm", payment_method="pm_card_visa_chargeDeclined"
    )

    assert refusal[0] == "card_declined"
    assert near.do("POST", f"setup_intents/{made['id']}/cancel")["status"] == "canceled"


def test_a_manual_intent_is_confirmed_twice_when_the_bank_asks(near: Nearby) -> None:
    made = near.do(
        "POST", "payment_intents", amount=900, currency="usd", confirmation_method="manual",
        confirm=True, payment_method="pm_card_threeDSecure2Required",
        return_url="https://shop.test/back",
    )  # fmt: skip
    near.app.test_client().post(f"/3ds/{made['id']}", data={"outcome": "pass"})
    path = f"payment_intents/{made['id']}"
    assert near.do("GET", path)["status"] == "requires_confirmation"

    assert near.do("POST", f"{path}/confirm")["status"] == "succeeded"


def test_a_plan_is_a_recurring_price_in_older_words(near: Nearby) -> None:
    plan = near.do(
        "POST", "plans", amount=900, currency="usd", interval="year", product={"name": "Club"}
    )

    price = near.do("GET", f"prices/{plan['id']}")
    near.do("DELETE", f"plans/{plan['id']}")

    assert (price["unit_amount"], price["recurring"]["interval"]) == (900, "year")
    assert near.refused("GET", f"plans/{plan['id']}") == ("resource_missing", "id")
    assert near.do("GET", "plans")["data"] == []
