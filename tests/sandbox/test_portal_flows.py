"""A customer is sent to the portal to cancel, or to confirm another price, and does it once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Json, Nearby

BACK = "https://shop.test/account"
AFTER = {"type": "redirect", "redirect": {"return_url": "https://shop.test/done"}}


@pytest.fixture
def owned(near: Nearby) -> Json:
    customer = near.do("POST", "customers")["id"]
    card = near.do("POST", "payment_methods/pm_card_visa/attach", customer=customer)["id"]
    items = [{"price": monthly(near, 900)}]
    asked = {"customer": customer, "items": items, "default_payment_method": card}
    return near.do("POST", "subscriptions", **asked)


def monthly(near: Nearby, amount: int) -> str:
    price = {"currency": "usd", "unit_amount": amount, "recurring": {"interval": "month"}}
    return str(near.do("POST", "prices", **price, product_data={"name": "Club"})["id"])


def sent(near: Nearby, owned: Json, **flow: Any) -> Json:
    asked = {"customer": owned["customer"], "return_url": BACK, "flow_data": flow}
    return near.do("POST", "billing_portal/sessions", **asked)


def cancel(owned: Json) -> Json:
    return {"type": "subscription_cancel", "subscription_cancel": {"subscription": owned["id"]}}


def confirm(owned: Json, **change: Any) -> Json:
    items = [{"id": owned["items"]["data"][0]["id"], **change}]
    told = {"subscription": owned["id"], "items": items}
    return {"type": "subscription_update_confirm", "subscription_update_confirm": told}


def test_what_is_cancelled_in_the_portal_ends_with_its_period(near: Nearby, owned: Json) -> None:
    portal = sent(near, owned, **cancel(owned))
    assert portal["flow"]["subscription_cancel"]["subscription"] == owned["id"]

    near.control(f"billing_portal/sessions/{portal['id']}/complete")

    ending = near.do("GET", f"subscriptions/{owned['id']}")
    assert (ending["status"], ending["cancel_at_period_end"]) == ("active", True)
    assert "customer.subscription.updated" in near.events()


def test_the_page_does_it_and_leads_where_it_was_told(near: Nearby, owned: Json) -> None:
    portal = sent(near, owned, **cancel(owned), after_completion=AFTER)
    path = f"/p/session/{portal['id']}"
    assert "Cancel subscription" in near.page(path).text

    answer = near.app.test_client().post(path)

    assert answer.headers["Location"] == "https://shop.test/done"
    assert near.do("GET", f"subscriptions/{owned['id']}")["cancel_at_period_end"]
    assert "Cancel subscription" not in near.page(path).text
    assert near.app.test_client().post(path).status_code == 409


def test_another_price_and_quantity_are_confirmed(near: Nearby, owned: Json) -> None:
    price = monthly(near, 2900)
    portal = sent(near, owned, **confirm(owned, price=price, quantity=3))
    assert f"3 \N{MULTIPLICATION SIGN} {price}" in near.page(f"/p/session/{portal['id']}").text

    near.app.test_client().post(f"/p/session/{portal['id']}")

    [item] = near.do("GET", f"subscriptions/{owned['id']}")["items"]["data"]
    assert (item["price"]["id"], item["quantity"]) == (price, 3)


def test_what_ends_already_is_not_cancelled_again(near: Nearby, owned: Json) -> None:
    near.do("POST", f"subscriptions/{owned['id']}", cancel_at_period_end=True)
    asked = {"customer": owned["customer"], "flow_data": cancel(owned)}

    status, body = near.ask("POST", "billing_portal/sessions", **asked)

    assert status == 400
    assert "already set to be canceled" in body["error"]["message"]


def test_what_would_end_goes_on_when_its_end_is_taken_away(near: Nearby, owned: Json) -> None:
    near.do("POST", f"subscriptions/{owned['id']}", cancel_at_period_end=True)

    going_on = near.do("POST", f"subscriptions/{owned['id']}", cancel_at="")

    assert (going_on["cancel_at"], going_on["cancel_at_period_end"]) == (None, False)
    again = near.refused("POST", f"subscriptions/{owned['id']}", cancel_at=2_000_000_000)
    assert again == ("parameter_not_modelled", "cancel_at")


@pytest.mark.parametrize(
    ("flow", "param"),
    [
        ({"type": "payment_method_update"}, "flow_data[type]"),
        ({"type": "subscription_cancel"}, "flow_data[subscription_cancel][subscription]"),
        (
            {"type": "subscription_cancel", "subscription_cancel": {"subscription": "sub_no"}},
            "flow_data[subscription_cancel][subscription]",
        ),
    ],
)
def test_a_flow_that_cannot_be_is_refused(
    near: Nearby, owned: Json, flow: Json, param: str
) -> None:
    asked = {"customer": owned["customer"], "flow_data": flow}

    assert near.refused("POST", "billing_portal/sessions", **asked)[1] == param


def test_nothing_to_change_and_nobody_elses_is_refused(near: Nearby, owned: Json) -> None:
    at = "flow_data[subscription_update_confirm][items][0]"
    asked = {"customer": owned["customer"], "flow_data": confirm(owned, quantity=1)}
    assert near.refused("POST", "billing_portal/sessions", **asked)[1] == at

    stranger = {"customer": near.do("POST", "customers")["id"], "flow_data": cancel(owned)}
    refusal = near.refused("POST", "billing_portal/sessions", **stranger)
    assert refusal[1] == "flow_data[subscription_cancel][subscription]"


def test_a_customer_has_no_sources(near: Nearby, owned: Json) -> None:
    found = near.do("GET", f"customers/{owned['customer']}/sources", object="card")

    assert found["data"] == []
