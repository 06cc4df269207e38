"""What would be misread if it were taken: bodies that are no forms, other accounts, odd counts."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import CARD
from tests.sandbox.conftest import World
from tests.sandbox.test_subscriptions import a_line_every, sell

INTENT = {"amount": "2000", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
          "capture_method": "manual", "payment_method_types[]": "card"}  # fmt: skip
MONTHLY = {"currency": "usd", "unit_amount": "500", "product_data[name]": "Tea"}


def refusal(world: World, path: str, **more: Any) -> tuple[int, Any]:
    answer = world.raw("POST", path, **more)
    return answer.status_code, answer.json().get("error", {}).get("param")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}, {},
        {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"},
    ],
)  # fmt: skip
def test_a_body_that_is_no_form_captures_nothing(world: World, headers: dict[str, str]) -> None:
    intent = world.raw("POST", "/v1/payment_intents", data=INTENT).json()
    path = f"/v1/payment_intents/{intent['id']}/capture"

    answer = world.raw("POST", path, data=b'{"amount_to_capture":500}', headers=headers)

    assert answer.status_code == 400
    assert "unsupported Content-Type" in answer.json()["error"]["message"]
    kept = world.raw("GET", f"/v1/payment_intents/{intent['id']}").json()
    assert (kept["status"], kept["amount_received"]) == ("requires_capture", 0)


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_in_pieces_is_held_to_its_type_as_well(world: World, kind: str) -> None:
    intent = world.raw("POST", "/v1/payment_intents", data=INTENT).json()
    path = f"/v1/payment_intents/{intent['id']}/capture"

    pieces = iter([b'{"amount_to_', b'capture":500}'])
    no_form = world.raw("POST", path, data=pieces, headers={"Content-Type": kind})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    taken = world.raw("POST", path, data=iter([b"amount_to_", b"capture=500"]), headers=form)

    assert no_form.status_code == 400
    assert "unsupported Content-Type" in no_form.json()["error"]["message"]
    assert (taken.status_code, taken.json()["amount_received"]) == (200, 500)


def test_a_post_without_a_body_needs_no_type(world: World) -> None:
    intent = world.raw("POST", "/v1/payment_intents", data=INTENT).json()

    answer = world.raw("POST", f"/v1/payment_intents/{intent['id']}/capture")

    assert answer.json()["amount_received"] == 2000


def test_another_account_is_not_ours_to_act_for(world: World) -> None:
    own = world.raw("GET", "/v1/account").json()["id"]

    other = world.raw("GET", "/v1/customers", headers={"Stripe-Account": "acct_other"})
    same = world.raw("GET", "/v1/customers", headers={"Stripe-Account": own})

    assert (other.status_code, other.json()["error"]["code"]) == (403, "account_invalid")
    assert same.status_code == 200


@pytest.mark.parametrize(
    ("interval", "count"),
    [("month", "0"), ("month", "-1"), ("day", "1096"), ("week", "157"), ("month", "37"),
     ("year", "4"), ("year", "1000000"), ("month", "٣")],
)  # fmt: skip
def test_a_price_recurs_at_least_once_in_three_years(
    world: World, interval: str, count: str
) -> None:
    every = {"recurring[interval]": interval, "recurring[interval_count]": count}
    plan = {"currency": "usd", "amount": "500", "product[name]": "Tea",
            "interval": interval, "interval_count": count}  # fmt: skip
    line = {f"line_items[0][price_data][{name.split('[')[0]}]" + name[len(name.split("[")[0]) :]: v
            for name, v in (MONTHLY | every).items()}  # fmt: skip
    session = line | {"mode": "subscription", "success_url": "https://shop.example/"}

    assert refusal(world, "/v1/prices", data=MONTHLY | every)[0] == 400
    assert refusal(world, "/v1/plans", data=plan)[0] == 400
    assert refusal(world, "/v1/checkout/sessions", data=session)[0] == 400


def test_a_price_may_recur_every_three_years(client: stripe.StripeClient, world: World) -> None:
    line = a_line_every("year")
    line["price_data"]["recurring"]["interval_count"] = 3

    assert world.pay(sell(client, line).id, CARD)["subscription"].startswith("sub_")


@pytest.mark.parametrize("quantity", ["-1", "-3", "1000000", "1000000000000"])
def test_nobody_is_paid_for_subscribing(world: World, quantity: str) -> None:
    customer = world.raw("POST", "/v1/customers", data={"payment_method": "pm_card_visa",
                         "invoice_settings[default_payment_method]": "pm_card_visa"})  # fmt: skip
    price = world.raw("POST", "/v1/prices", data=MONTHLY | {"recurring[interval]": "month"}).json()[
        "id"
    ]
    begun = {"customer": customer.json()["id"], "items[0][price]": price}
    wrong = {"items[0][quantity]": quantity}

    assert refusal(world, "/v1/subscriptions", data=begun | wrong) == (400, "items[0][quantity]")
    going = world.raw("POST", "/v1/subscriptions", data=begun).json()
    item = going["items"]["data"][0]["id"]
    changed = wrong | {"items[0][id]": item}
    assert refusal(world, f"/v1/subscriptions/{going['id']}", data=changed) == (
        400, "items[0][quantity]",
    )  # fmt: skip
    assert refusal(world, f"/v1/subscription_items/{item}", data={"quantity": quantity})[0] == 400
    owed = {"customer": customer.json()["id"], "pricing[price]": price, "quantity": quantity}
    assert refusal(world, "/v1/invoiceitems", data=owed)[0] == 400
    charges = world.raw("GET", "/v1/charges").json()["data"]
    assert [charge["amount"] for charge in charges] == [500]


def test_a_subscription_costs_no_more_than_a_payment_may(world: World) -> None:
    customer = world.raw("POST", "/v1/customers", data={"payment_method": "pm_card_visa",
                         "invoice_settings[default_payment_method]": "pm_card_visa"})  # fmt: skip
    dear = MONTHLY | {"recurring[interval]": "month", "unit_amount": "99999999"}
    price = world.raw("POST", "/v1/prices", data=dear).json()["id"]
    begun = {"customer": customer.json()["id"], "items[0][price]": price, "items[0][quantity]": "2"}

    answer = world.raw("POST", "/v1/subscriptions", data=begun)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "amount_too_large")


HALF = {"percent_off": "50", "duration": "once"}
POSTER = {"mode": "payment", "success_url": "https://shop.example/", "line_items[0][quantity]": "1",
          "line_items[0][price_data][currency]": "usd",
          "line_items[0][price_data][unit_amount]": "2000",
          "line_items[0][price_data][product_data][name]": "Poster"}  # fmt: skip


def opened(world: World, **more: str) -> str:
    answer = world.raw("POST", "/v1/checkout/sessions", data=POSTER | more)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def paying(world: World, session: str, **told: Any) -> Any:
    body = {"payment_method": CARD, **told}
    return world.raw("POST", f"/_sandbox/checkout/sessions/{session}/pay", json=body)


def test_a_code_that_others_used_up_meanwhile_pays_for_nobody(world: World) -> None:
    coupon = world.raw("POST", "/v1/coupons", data=HALF).json()["id"]
    code = world.raw("POST", "/v1/promotion_codes", data={
        "promotion[type]": "coupon", "promotion[coupon]": coupon, "max_redemptions": "1",
    }).json()["id"]  # fmt: skip
    first, second = (opened(world, **{"discounts[0][promotion_code]": code}) for _ in range(2))

    assert paying(world, first).status_code == 200
    assert paying(world, second).status_code == 400

    kept = world.raw("GET", f"/v1/promotion_codes/{code}").json()
    assert (kept["times_redeemed"], kept["active"]) == (1, False)
    assert [charge["amount"] for charge in world.raw("GET", "/v1/charges").json()["data"]] == [1000]


def test_codes_and_discounts_are_not_asked_for_together(world: World) -> None:
    coupon = world.raw("POST", "/v1/coupons", data=HALF).json()["id"]
    both = POSTER | {"allow_promotion_codes": "true", "discounts[0][coupon]": coupon}

    assert refusal(world, "/v1/checkout/sessions", data=both) == (400, "allow_promotion_codes")


def test_the_lines_of_a_session_come_in_pages(world: World) -> None:
    lines = {name.replace("[0]", f"[{place}]", 1): value for place in range(3)
             for name, value in POSTER.items() if name.startswith("line_items")}  # fmt: skip
    path = f"/v1/checkout/sessions/{opened(world, **lines)}/line_items"

    first = world.raw("GET", path, params={"limit": 2}).json()
    after = {"starting_after": first["data"][-1]["id"]}
    rest = world.raw("GET", path, params=after).json()

    assert (len(first["data"]), first["has_more"]) == (2, True)
    assert (len(rest["data"]), rest["has_more"]) == (1, False)
    assert world.raw("GET", path, params={"starting_after": "li_x"}).status_code == 400


def test_a_refund_is_of_one_payment(world: World) -> None:
    paid = INTENT | {"capture_method": "automatic"}
    one, other = (world.raw("POST", "/v1/payment_intents", data=paid).json() for _ in range(2))

    crossed = {"payment_intent": one["id"], "charge": other["latest_charge"]}
    right = {"payment_intent": one["id"], "charge": one["latest_charge"]}

    assert refusal(world, "/v1/refunds", data=crossed) == (400, "payment_intent")
    assert refusal(world, "/v1/refunds", data=right) == (200, None)


@pytest.mark.parametrize("name", ["cus_1", "prod_x", "pi_1"])
def test_what_is_no_payment_method_pays_nothing(world: World, name: str) -> None:
    answer = world.raw("POST", "/v1/payment_intents", data=INTENT | {"payment_method": name})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "resource_missing")


@pytest.mark.parametrize(
    "told",
    [
        {"tax_ids": "x"}, {"tax_ids": 5}, {"tax_ids": [5]}, {"tax_ids": {"a": 1}},
        {"tax_ids": [{"type": "eu_vat", "value": 5}]}, {"name": {"a": 1}}, {"phone": [1]},
        {"address": 5}, {"address": {"country": 5}}, {"shipping": "x"}, {"shipping": {"name": 1}},
        {"presentment_details": 5}, {"presentment_details": {}}, {"consent": 1},
        {"presentment_details": {"presentment_currency": 5, "presentment_amount": "x"}},
        {"custom_fields": [1]}, {"custom_fields": {"size": {"a": 1}}}, {"shipping_rate": 1},
    ],
)  # fmt: skip
def test_odd_answers_are_refused_and_nothing_is_paid(world: World, told: Any) -> None:
    session = opened(world)

    assert paying(world, session, **told).status_code == 400
    assert world.raw("GET", f"/v1/checkout/sessions/{session}").json()["status"] == "open"
    assert paying(world, session).status_code == 200


def test_a_portal_leads_back_to_a_page(world: World) -> None:
    customer = world.raw("POST", "/v1/customers").json()["id"]
    asked = {"customer": customer, "return_url": "javascript:alert(1)"}

    assert refusal(world, "/v1/billing_portal/sessions", data=asked) == (400, "return_url")


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"code": "a b"}, "code"),
        ({"code": "a/\u00fc"}, "code"),
        ({"expires_at": "5"}, "expires_at"),
    ],
)
def test_a_code_can_be_typed_and_is_not_over(world: World, given: Any, param: str) -> None:
    coupon = world.raw("POST", "/v1/coupons", data=HALF).json()["id"]
    made = {"promotion[type]": "coupon", "promotion[coupon]": coupon}

    assert refusal(world, "/v1/promotion_codes", data=made | given) == (400, param)
    assert refusal(world, "/v1/promotion_codes", data=made | {"code": "SPRING-26"})[0] == 200


def test_a_coupon_of_nothing_is_none(world: World) -> None:
    given = {"amount_off": "0", "currency": "usd", "duration": "once"}

    assert refusal(world, "/v1/coupons", data=given) == (400, "amount_off")
