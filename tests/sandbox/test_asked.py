"""How a call is asked: names, numbers, addresses, versions and filters that Stripe would refuse."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from stripe_sandbox.parameters import VERSIONS
from tests.sandbox.conftest import World

ARABIC_FIVE = "\u0665"


def error(world: World, method: str, path: str, **more: Any) -> tuple[int, str, Any, Any]:
    answer = world.raw(method, f"/v1/{path}", **more)
    told = answer.json().get("error", {})
    return answer.status_code, told.get("message"), told.get("code"), told.get("param")


def customer(world: World, **said: str) -> Any:
    return world.raw("POST", "/v1/customers", data=said or {"name": "a"}).json()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("query", ["expand=foo", "expand[a]=foo", "expand="])
def test_what_is_expanded_is_named_in_a_list(world: World, query: str) -> None:
    path = f"customers/{customer(world)['id']}?{query}"

    assert error(world, "GET", path) == (400, "Invalid array", None, "expand")
    assert error(world, "POST", "customers", data=query.encode(), headers=FORM)[:2] == (
        400, "Invalid array",
    )  # fmt: skip


def test_a_list_has_nothing_to_expand_itself(world: World) -> None:
    told = "This property cannot be expanded"

    assert error(world, "GET", "charges?expand[]=data")[:2] == (400, f"{told} (data).")
    assert error(world, "GET", "charges?expand[]=customer")[:2] == (
        400,
        f"{told} (customer). You may want to try expanding 'data.customer' instead.",
    )
    assert world.raw("GET", "/v1/charges?expand[]=data.customer").status_code == 200


@pytest.mark.parametrize(
    ("path", "given", "param"),
    [
        ("payment_intents", {"amount": f"{ARABIC_FIVE}00", "currency": "usd"}, "amount"),
        ("coupons", {"percent_off": ARABIC_FIVE, "duration": "once"}, "percent_off"),
        ("tax_rates", {"percentage": ARABIC_FIVE, "display_name": "VAT", "inclusive": "false"},
         "percentage"),
        ("prices", {"currency": "usd", "unit_amount_decimal": ARABIC_FIVE,
                    "product_data[name]": "Tea"}, "unit_amount_decimal"),
    ],
)  # fmt: skip
def test_numbers_have_latin_digits(
    world: World, path: str, given: dict[str, str], param: str
) -> None:
    status, _, _, named = error(world, "POST", path, data=given)

    assert (status, named) == (400, param)


@pytest.mark.parametrize(
    "name", ["name[=a", "name[", "name]", "metadata[a", "metadata[a]b", "metadata[a]]",
             "metadata[a[b]]", "[a]"],
)  # fmt: skip
def test_a_name_with_crooked_brackets_is_no_name(world: World, name: str) -> None:
    got = error(world, "POST", "customers", data={name: "x"})

    assert got == (400, f"Received unknown parameter: {name}", "parameter_unknown", name)
    assert world.raw("GET", "/v1/customers").json()["data"] == []


def test_parameters_count_wherever_they_stand(world: World) -> None:
    assert world.raw("POST", "/v1/customers?name=q").json()["name"] == "q"
    both = world.raw("POST", "/v1/customers?name=q&phone=1", data={"name": "body"}).json()
    assert (both["name"], both["phone"]) == ("body", "1")
    only = world.raw("GET", "/v1/customers", data={"limit": "1"}).json()
    assert len(only["data"]) == 1
    for method, path in (
        ("POST", "customers?foo=q"),
        ("DELETE", f"customers/{both['id']}"),
        ("GET", "customers"),
    ):
        more = {} if "?" in path else {"data": {"foo": "q"}}
        assert error(world, method, path, **more)[2:] == ("parameter_unknown", "foo")
    assert world.raw("GET", f"/v1/customers/{both['id']}").json().get("deleted") is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_other_method_drops_a_body_either(world: World, method: str) -> None:
    made = customer(world)["id"]
    headers = {"Content-Type": "application/json"}

    got = error(world, method, f"customers/{made}", data=b'{"a":1}', headers=headers)

    assert got[0] == 400
    assert "unsupported Content-Type" in got[1]


def test_the_same_key_with_another_query_is_another_request(world: World) -> None:
    key = {"Idempotency-Key": "one"}
    assert world.raw("POST", "/v1/customers?name=a", headers=key).status_code == 200

    again = world.raw("POST", "/v1/customers?name=b", headers=key)

    assert again.json()["error"]["type"] == "idempotency_error"


@pytest.mark.parametrize("wrong", ["notanemail", "a@localhost", " a@b.test", "a@b.test ", "a@b."])
def test_an_address_is_one(world: World, wrong: str) -> None:
    method = {"type": "card", "card[token]": "tok_visa"}
    intent = {"amount": "500", "currency": "usd"}
    made = customer(world)["id"]
    for path, given, param in (
        ("customers", {}, "email"),
        (f"customers/{made}", {}, "email"),
        ("payment_intents", intent, "receipt_email"),
        ("payment_methods", method, "billing_details[email]"),
    ):
        got = error(world, "POST", path, data=given | {param: wrong})
        assert got == (400, f"Invalid email address: {wrong}", "email_invalid", param)
    assert customer(world, email="a@b.test", **{"metadata[email]": "x"})["email"] == "a@b.test"
    assert world.raw("GET", f"/v1/customers?email={wrong}").json()["data"] == []


@pytest.mark.parametrize(
    "version",
    ["garbage", "2019-2-19", "2019-02-20", "2022-08-02", "2025-09-30.acacia", "2025-02-30.acacia",
     "2031-01-01.future", "2019-12-03, 2019-12-03", "2018-11-21 accounts_upgrade=true",
     "2026-10-28", "2026-10-28.Endive", "2020-01-01.preview"],
)  # fmt: skip
def test_a_version_that_never_was_is_refused(world: World, version: str) -> None:
    headers = {"Stripe-Version": version}

    for path in ("/v1/customers", "/v2/core/events?object_id=x", "/v2/core/event_destinations"):
        answer = world.raw("GET", path, headers=headers)
        assert answer.status_code == 400
        told = answer.json()["error"]
        assert told["message"] == f"Invalid Stripe API version: {version}"
    made = world.raw("POST", "/v1/customers", headers=headers)
    assert made.status_code == 400


def test_versions_that_were_are_taken(client: stripe.StripeClient, world: World) -> None:
    assert client.v1.customers.list().data == []  # the pinned SDK's
    others = ("2025-03-31.preview", "2026-11-25.endive", "2024-06-20; some_beta=v1")
    for version in (*sorted(VERSIONS), *others):
        answer = world.raw("GET", "/v1/customers", headers={"Stripe-Version": version})
        assert (answer.status_code, answer.headers["Stripe-Version"]) == (200, version)


FILTERS = [
    "subscriptions?customer", "subscriptions?price", "charges?payment_intent", "charges?customer",
    "refunds?charge", "payment_intents?customer", "checkout/sessions?payment_intent",
    "checkout/sessions?subscription", "disputes?charge",
    "prices?product", "plans?product", "invoices?customer", "invoices?subscription",
    "promotion_codes?coupon", "payment_methods?customer", "invoiceitems?invoice",
    "setup_intents?payment_method", "invoice_payments?invoice",
    "radar/early_fraud_warnings?charge",
    "invoice_payments?payment[type]=payment_intent&payment[payment_intent]",
]  # fmt: skip


@pytest.mark.parametrize("path", FILTERS)
def test_a_list_of_what_belongs_to_nobody_is_refused(world: World, path: str) -> None:
    param = path.rpartition("?")[2].rpartition("&")[2]

    status, told, code, named = error(world, "GET", f"{path}=x_1")

    assert (status, code, named) == (400, "resource_missing", param)
    assert told.startswith("No such ")


def test_what_a_deleted_customer_had_is_still_listed(world: World) -> None:
    gone = customer(world)["id"]
    world.raw("DELETE", f"/v1/customers/{gone}")

    assert world.raw("GET", f"/v1/charges?customer={gone}").json()["data"] == []


@pytest.mark.parametrize(
    ("query", "param"),
    [("type=a&types[]=b", "type"), ("&".join("types[]=a" for _ in range(21)), "types"),
     ("starting_after=evt_1&ending_before=evt_2", "ending_before")],
)  # fmt: skip
def test_a_list_is_asked_one_way_at_a_time(world: World, query: str, param: str) -> None:
    assert error(world, "GET", f"events?{query}")[::3] == (400, param)
