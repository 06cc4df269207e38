"""What ends stays ended: subscriptions, their invoices, and the intents that were to pay them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import DAY, Json, a_customer, a_draft, a_price, begin

FAILS = "pm_card_chargeCustomerFail"


def the(near: Nearby, thing: Json) -> Json:
    """Return a subscription as it is now."""
    return near.do("GET", f"subscriptions/{thing['id']}", expand=["latest_invoice"])


def intent_of(near: Nearby, invoice: str) -> str:
    (payment,) = near.do("GET", "invoice_payments", invoice=invoice)["data"]
    return str(payment["payment"]["payment_intent"])


def confirm(near: Nearby, intent: str) -> tuple[int, Json]:
    told = {"payment_method": "pm_card_visa", "return_url": "https://shop.test/"}
    return near.ask("POST", f"payment_intents/{intent}/confirm", **told)


def a_debit(near: Nearby) -> str:
    account = {"account_number": "000123456789", "routing_number": "110000000"}
    account |= {"account_holder_type": "individual"}
    made = near.do("POST", "payment_methods", type="us_bank_account", us_bank_account=account)
    return str(made["id"])


def fall_behind(near: Nearby, **every: Any) -> Json:
    """Begin a trial that a card ends which refuses to pay."""
    items = [{"price": a_price(near, recurring={"interval": "month", **every})}]
    asked = {"customer": a_customer(near, FAILS), "items": items, "trial_period_days": 3}
    thing = near.do("POST", "subscriptions", **asked)
    near.control("clock", advance=4 * DAY)
    late = the(near, thing)
    assert (late["status"], late["latest_invoice"]["attempt_count"]) == ("past_due", 1)
    return late


@pytest.mark.parametrize("when", ["create", "update"])
def test_a_trial_that_was_told_to_end_is_never_billed(near: Nearby, when: str) -> None:
    said: Any = {"cancel_at_period_end": True}
    thing = begin(near, trial_period_days=14, **(said if when == "create" else {}))
    if when == "update":
        near.do("POST", f"subscriptions/{thing['id']}", **said)

    near.control("clock", advance=40 * DAY)

    ended = the(near, thing)
    assert (ended["status"], ended["ended_at"]) == ("canceled", thing["trial_end"])
    assert ended["latest_invoice"]["billing_reason"] == "subscription_create"


def test_an_end_moves_with_the_trial_or_the_period_it_waits_for(near: Nearby) -> None:
    thing = begin(near, trial_period_days=14, cancel_at_period_end=True)
    path, later = f"subscriptions/{thing['id']}", thing["trial_end"] + 3 * DAY

    moved = near.do("POST", path, trial_end=later)
    now = near.refused("POST", path, trial_end="now")
    paid = begin(near, cancel_at_period_end=True)
    yearly = a_price(near, recurring={"interval": "year"})
    items = [{"id": paid["items"]["data"][0]["id"], "price": yearly}]
    changed = near.do("POST", f"subscriptions/{paid['id']}", items=items)

    assert moved["cancel_at"] == later
    assert now == ("parameter_not_modelled", "trial_end")
    assert changed["cancel_at"] == changed["items"]["data"][0]["current_period_end"]


def test_what_owes_money_ends_with_its_period_all_the_same(near: Nearby) -> None:
    thing = fall_behind(near, interval="week")

    near.do("POST", f"subscriptions/{thing['id']}", cancel_at_period_end=True)
    near.control("clock", advance=7 * DAY)

    ended = the(near, thing)
    assert (ended["status"], ended["ended_at"]) == ("canceled", ended["cancel_at"])
    assert ended["latest_invoice"]["status"] == "open"
    assert ended["latest_invoice"]["next_payment_attempt"] is None


@pytest.mark.parametrize(
    ("verb", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible")]
)
def test_what_is_closed_unpaid_is_collected_no_more(near: Nearby, verb: str, status: str) -> None:
    thing = fall_behind(near)
    owed = thing["latest_invoice"]["id"]
    near.do("POST", f"invoices/{owed}/{verb}")
    good = {"default_payment_method": "pm_card_visa"}
    near.do("POST", f"subscriptions/{thing['id']}", **good)

    near.control("clock", advance=12 * DAY)
    closed = near.do("GET", f"invoices/{owed}")
    near.control("clock", advance=20 * DAY)

    assert (closed["status"], closed["attempt_count"]) == (status, 1)
    renewed = the(near, thing)
    assert (renewed["status"], renewed["latest_invoice"]["status"]) == ("active", "paid")
    assert renewed["latest_invoice"]["id"] != owed


def test_a_void_invoice_takes_its_intent_along_and_one_given_up_does_not(near: Nearby) -> None:
    owner, intents, owed = a_customer(near), [], []
    for verb in ("void", "mark_uncollectible"):
        draft = a_draft(near, owner)["id"]
        near.refused("POST", f"invoices/{draft}/pay", payment_method=FAILS)
        near.do("POST", f"invoices/{draft}/{verb}")
        owed.append(draft)
        intents.append(intent_of(near, draft))

    void, given_up = (confirm(near, intent)[0] for intent in intents)

    assert (void, given_up) == (400, 200)
    canceled = near.do("GET", f"payment_intents/{intents[0]}")
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "void_invoice")
    late = near.do("GET", f"invoices/{owed[1]}")
    assert (late["status"], late["amount_paid"], late["amount_remaining"]) == ("paid", 700, 0)


@pytest.mark.parametrize("more", [{}, {"paid_out_of_band": True}, {"payment_method": FAILS}])
def test_what_was_given_up_can_still_be_paid_or_void(near: Nearby, more: Json) -> None:
    draft = a_draft(near, a_customer(near))["id"]
    near.do("POST", f"invoices/{draft}/finalize")
    near.do("POST", f"invoices/{draft}/mark_uncollectible")

    status, _ = near.ask("POST", f"invoices/{draft}/pay", **more)

    after = near.do("GET", f"invoices/{draft}")
    refused = "payment_method" in more
    assert (status, after["status"]) == ((402, "uncollectible") if refused else (200, "paid"))
    assert after["next_payment_attempt"] is None
    if refused:
        assert near.do("POST", f"invoices/{draft}/void")["status"] == "void"


def test_money_on_its_way_keeps_an_invoice_from_being_void(near: Nearby) -> None:
    draft = a_draft(near, a_customer(near))["id"]
    near.do("POST", f"invoices/{draft}/pay", payment_method=a_debit(near))

    near.refused("POST", f"invoices/{draft}/void")
    near.refused("POST", f"invoices/{draft}/pay", paid_out_of_band=True)

    near.control(f"payment_intents/{intent_of(near, draft)}/settle", outcome="succeeded")
    assert near.do("GET", f"invoices/{draft}")["status"] == "paid"


@pytest.mark.parametrize("how", ["cancel", "expire", "void"])
def test_a_first_invoice_ends_with_its_subscription(near: Nearby, how: str) -> None:
    thing = begin(near, None, payment_behavior="default_incomplete")
    first = thing["latest_invoice"]
    intent = intent_of(near, first)
    if how == "cancel":
        near.do("DELETE", f"subscriptions/{thing['id']}")
    elif how == "void":
        near.do("POST", f"invoices/{first}/void")
    else:
        near.control("clock", advance=DAY)

    assert confirm(near, intent)[1]["error"]["code"] == "payment_intent_unexpected_state"

    ended = the(near, thing)
    expected = "canceled" if how == "cancel" else "incomplete_expired"
    assert (ended["status"], ended["latest_invoice"]["status"]) == (expected, "void")
    assert near.do("GET", f"payment_intents/{intent}")["status"] == "canceled"
    (payment,) = near.do("GET", "invoice_payments", invoice=first)["data"]
    assert payment["status"] == "canceled"


def test_a_canceled_subscription_stays_so_whatever_is_paid_later(near: Nearby) -> None:
    thing = fall_behind(near)
    owed = thing["latest_invoice"]["id"]
    near.do("DELETE", f"subscriptions/{thing['id']}")

    assert confirm(near, intent_of(near, owed))[0] == 200

    after = the(near, thing)
    assert (after["status"], after["latest_invoice"]["status"]) == ("canceled", "paid")


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_money_that_comes_after_the_end_changes_the_invoice_alone(
    near: Nearby, outcome: str
) -> None:
    thing = begin(near, a_debit(near))
    intent = intent_of(near, thing["latest_invoice"])
    near.do("DELETE", f"subscriptions/{thing['id']}")

    near.control(f"payment_intents/{intent}/settle", outcome=outcome)

    after = the(near, thing)
    assert after["status"] == "canceled"
    assert after["latest_invoice"]["status"] == ("paid" if outcome == "succeeded" else "open")


def test_a_first_invoice_that_was_paid_elsewhere_begins_its_subscription(near: Nearby) -> None:
    thing = begin(near, None, payment_behavior="default_incomplete")
    first = thing["latest_invoice"]
    intent = intent_of(near, first)

    paid = near.do("POST", f"invoices/{first}/pay", paid_out_of_band=True)

    assert (paid["status"], the(near, thing)["status"]) == ("paid", "active")
    assert confirm(near, intent)[0] == 400
    assert near.do("GET", f"payment_intents/{intent}")["status"] == "canceled"


def test_a_late_invoice_that_was_paid_elsewhere_is_late_no_more(near: Nearby) -> None:
    thing = fall_behind(near)

    near.do("POST", f"invoices/{thing['latest_invoice']['id']}/pay", paid_out_of_band=True)

    assert the(near, thing)["status"] == "active"


def test_a_void_invoice_gives_back_the_credit_it_used(near: Nearby) -> None:
    owner = a_customer(near)
    items = [{"price": a_price(near, 3000)}]
    thing = near.do("POST", "subscriptions", customer=owner, items=items)
    less = {"price": a_price(near, 1000), "id": thing["items"]["data"][0]["id"]}
    path = f"subscriptions/{thing['id']}"
    near.do("POST", path, items=[less], proration_behavior="always_invoice")
    credit = near.do("GET", f"customers/{owner}")["balance"]
    assert credit < -700
    draft = a_draft(near, owner)["id"]
    taken = near.do("POST", f"invoices/{draft}/finalize")
    assert (taken["amount_due"], taken["ending_balance"]) == (0, credit + 700)
    items = [{"price": a_price(near, 5000)}]
    waits = {"payment_behavior": "default_incomplete"}
    other = near.do("POST", "subscriptions", customer=owner, items=items, **waits)
    assert near.do("GET", f"customers/{owner}")["balance"] == 0

    near.do("POST", f"invoices/{other['latest_invoice']}/void")

    assert near.do("GET", f"customers/{owner}")["balance"] == credit + 700


def test_of_what_ended_the_notes_can_be_changed_and_nothing_else(near: Nearby) -> None:
    thing = begin(near)
    path = f"subscriptions/{thing['id']}"
    near.do("DELETE", path)

    why = {"cancellation_details": {"feedback": "unused"}}
    noted = near.do("POST", path, metadata={"a": "1"}, **why)

    assert (noted["metadata"], noted["cancellation_details"]["feedback"]) == ({"a": "1"}, "unused")
    assert near.refused("POST", path, description="x")[1] != "metadata"
    assert near.refused("DELETE", path) == ("resource_missing", "id")


def test_another_anchor_is_refused_in_plain_words(near: Nearby) -> None:
    path = f"subscriptions/{begin(near)['id']}"

    for anchor in ("now", {"type": "now"}):
        refused = near.refused("POST", path, billing_cycle_anchor=anchor)
        assert refused[0] == "parameter_not_modelled"
    assert near.refused("POST", path, billing_cycle_anchor="later")[0] is None
