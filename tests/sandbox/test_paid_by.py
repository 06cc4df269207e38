"""What a subscription is paid by: a method that its customer has, and no other is made up."""

from __future__ import annotations

from tests.sandbox.build import CARD, session_params
from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import DAY, Json, a_customer, a_draft, a_price, begin
from tests.sandbox.test_ends_of_billing import intent_of, the
from tests.sandbox.test_subscriptions import a_line_every


def detach_all(near: Nearby, owner: str) -> None:
    for kept in near.do("GET", f"customers/{owner}/payment_methods")["data"]:
        near.do("POST", f"payment_methods/{kept['id']}/detach")


def sold_on_a_page(near: Nearby) -> Json:
    asked = session_params(mode="subscription", line_items=[a_line_every()])
    session = near.do("POST", "checkout/sessions", **asked)
    paid = near.control(f"checkout/sessions/{session['id']}/pay", payment_method=CARD)
    return near.do("GET", f"subscriptions/{paid['subscription']}")


def by_an_intent(near: Nearby) -> Json:
    thing = begin(near, None, payment_behavior="default_incomplete")
    told = {"payment_method": "pm_card_visa", "return_url": "https://shop.test/"}
    intent = intent_of(near, thing["latest_invoice"])
    near.do("POST", f"payment_intents/{intent}/confirm", **told)
    return thing


def by_its_own(near: Nearby) -> Json:
    owner, items = a_customer(near, None), [{"price": a_price(near)}]
    kept = {"default_payment_method": "pm_card_visa"}
    return near.do("POST", "subscriptions", customer=owner, items=items, **kept)


def test_nothing_is_paid_by_a_method_that_was_taken_away(near: Nearby) -> None:
    things = [begin(near), by_its_own(near), by_an_intent(near), sold_on_a_page(near)]
    for thing in things:
        detach_all(near, thing["customer"])

    near.control("clock", advance=32 * DAY)

    assert [the(near, thing)["status"] for thing in things] == ["past_due"] * 4
    assert [the(near, thing)["default_payment_method"] for thing in things] == [None] * 4
    near.control("clock", advance=10 * DAY)
    assert [the(near, thing)["status"] for thing in things] == ["canceled"] * 4


def test_every_renewal_is_paid_by_the_customers_own_method(near: Nearby) -> None:
    things = [begin(near), by_its_own(near), by_an_intent(near), sold_on_a_page(near)]

    near.control("clock", advance=63 * DAY)

    for thing in things:
        (kept,) = near.do("GET", f"customers/{thing['customer']}/payment_methods")["data"]
        paid = near.do("GET", "payment_intents", customer=thing["customer"])["data"]
        assert {intent["payment_method"] for intent in paid} == {kept["id"]}
        assert len(paid) == 3


def test_a_method_that_is_taken_away_is_nobodys_default(near: Nearby) -> None:
    owner = a_customer(near)
    draft = a_draft(near, owner)["id"]
    kept = near.do("GET", f"customers/{owner}")["invoice_settings"]["default_payment_method"]
    near.do("POST", f"invoices/{draft}", default_payment_method=kept)

    detach_all(near, owner)

    told = ["payment_method.detached", "invoice.updated", "customer.updated"]
    assert near.events()[-3:] == told
    settings = near.do("GET", f"customers/{owner}")["invoice_settings"]
    assert settings["default_payment_method"] is None
    assert near.do("GET", f"invoices/{draft}")["default_payment_method"] is None
    assert near.refused("POST", f"invoices/{draft}/pay") == ("resource_missing", None)


def test_who_was_deleted_pays_nothing_any_more(near: Nearby) -> None:
    owner = a_customer(near)
    kept = near.do("GET", f"customers/{owner}")["invoice_settings"]["default_payment_method"]
    asked = {"amount": 500, "currency": "usd", "customer": owner, "payment_method": kept}
    intent = near.do("POST", "payment_intents", **asked)
    near.do("DELETE", f"customers/{owner}")

    path = f"payment_intents/{intent['id']}/confirm"
    assert near.refused("POST", path) == ("resource_missing", "customer")
    assert near.refused("POST", path, payment_method="pm_card_visa")[0] == "resource_missing"


def test_an_intent_is_not_confirmed_with_what_was_taken_away(near: Nearby) -> None:
    owner = a_customer(near)
    kept = near.do("GET", f"customers/{owner}")["invoice_settings"]["default_payment_method"]
    asked = {"amount": 500, "currency": "usd", "customer": owner, "payment_method": kept}
    intent = near.do("POST", "payment_intents", **asked)
    detach_all(near, owner)

    near.refused("POST", f"payment_intents/{intent['id']}/confirm")

    assert near.do("GET", f"payment_intents/{intent['id']}")["amount_received"] == 0


def test_a_bank_that_asks_leaves_the_first_payment_to_the_buyer(near: Nearby) -> None:
    thing = begin(near, "pm_card_threeDSecure2Required")
    intent = intent_of(near, thing["latest_invoice"])
    asked = near.do("GET", f"payment_intents/{intent}")
    assert (thing["status"], asked["status"]) == ("incomplete", "requires_action")
    assert asked["next_action"]["redirect_to_url"]["url"].endswith(f"/3ds/{intent}")
    assert near.events()[-2:] == ["invoice.payment_action_required", "invoice.payment_failed"]

    near.app.test_client().post(f"/3ds/{intent}", data={"outcome": "pass"})

    assert the(near, thing)["status"] == "active"
